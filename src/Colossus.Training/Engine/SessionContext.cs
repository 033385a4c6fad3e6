using Colossus.Checkpoints;
using Colossus.Data.Shards;
using Colossus.Plan.Parameters;
using Colossus.Plan.Ranks;
using Colossus.Protocol;
using Colossus.Specs.Jobs;

namespace Colossus.Training.Engine;

/// <summary>What a session needs besides its state.</summary>
/// <param name="Job">The job, resolved.</param>
/// <param name="JobText">The same as YAML, for checkpoints.</param>
/// <param name="Table">The model's parameters.</param>
/// <param name="States">Which rank keeps which part of the state.</param>
/// <param name="Corpus">The tokens.</param>
/// <param name="Checkpoints">Writes them; one for the whole run.</param>
/// <param name="CheckpointFolder">Where checkpoints go.</param>
/// <param name="Clock">Books this rank's time.</param>
/// <param name="Report">Hears of what happens.</param>
/// <param name="Tracer">Measures what the rank does; null when no trace is wanted.</param>
internal sealed record SessionContext(
    JobSpec Job,
    string JobText,
    ParameterTable Table,
    StateMap States,
    TokenCorpus Corpus,
    CheckpointWriter Checkpoints,
    string CheckpointFolder,
    PhaseClock Clock,
    Action<RankReport> Report,
    StepTracer? Tracer);
