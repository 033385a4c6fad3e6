using Colossus.Specs.Diagnostics;

namespace Colossus.Specs.Sites;

/// <summary>What came of reading a site file.</summary>
/// <param name="Site">The site; null if anything is wrong.</param>
/// <param name="Mistakes">Everything that is wrong, in the order of the file.</param>
public sealed record SiteReading(SiteSpec? Site, IReadOnlyList<Diagnostic> Mistakes);
