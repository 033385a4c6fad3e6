using Colossus.Checkpoints;
using Colossus.Data.Shards;
using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;

namespace Colossus.Training.Engine;

/// <summary>What a session needs besides its state.</summary>
/// <param name="Job">The job, resolved.</param>
/// <param name="JobText">The same as YAML, for checkpoints.</param>
/// <param name="Table">The model's parameters.</param>
/// <param name="Formats">Number formats.</param>
/// <param name="Corpus">The tokens.</param>
/// <param name="Checkpoints">Writes them; one for the whole run.</param>
/// <param name="CheckpointFolder">Where checkpoints go.</param>
/// <param name="Clock">Books this rank's time.</param>
/// <param name="Observer">Hears of what happens.</param>
internal sealed record SessionContext(
    JobSpec Job,
    string JobText,
    ParameterTable Table,
    NumberFormats Formats,
    TokenCorpus Corpus,
    CheckpointWriter Checkpoints,
    string CheckpointFolder,
    PhaseClock Clock,
    IStepObserver Observer);
