using Colossus.Specs.Diagnostics;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>A job file after reading.</summary>
/// <param name="Job">The job; null when it has mistakes.</param>
/// <param name="Mistakes">All of them, in the order of the file.</param>
/// <param name="Places">Where its values stand; null when the file could not be read.</param>
/// <param name="Text">What stands in the file; empty when it could not be read.</param>
public sealed record JobReading(JobSpec? Job, IReadOnlyList<Diagnostic> Mistakes, YamlPlaces? Places, string Text = "");
