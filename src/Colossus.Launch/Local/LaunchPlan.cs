using Colossus.Runs;
using Colossus.Specs.Jobs;

namespace Colossus.Launch.Local;

/// <summary>What a launcher needs to know of a run.</summary>
/// <param name="Job">The resolved job.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Corpus">Folder of the token shards.</param>
/// <param name="Program">The program of a rank.</param>
/// <param name="Arguments">Arguments before the rank's own.</param>
/// <param name="Checkpoint">Checkpoint to start from; null for a fresh start.</param>
/// <param name="Step">Completed steps of that checkpoint; 0 without one.</param>
/// <param name="Session">0 for the first supervisor of the run, 1 more at each resume.</param>
/// <param name="TraceFolder">Where ranks write what they do and when; null for no trace.</param>
public sealed record LaunchPlan(
    JobSpec Job,
    RunFolder Folder,
    string Corpus,
    string Program,
    IReadOnlyList<string> Arguments,
    string? Checkpoint = null,
    long Step = 0,
    int Session = 0,
    string? TraceFolder = null);
