using Colossus.Checkpoints;
using Colossus.Checkpoints.Safetensors;
using Colossus.Plan.Parameters;
using Colossus.Runs;
using Colossus.Specs.Jobs;

namespace Colossus.Cli.Train;

/// <summary>Which checkpoint a person means.</summary>
internal static class CheckpointChoice
{
    /// <summary>A folder that is a checkpoint itself.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>Null when it is no checkpoint, but perhaps a run.</returns>
    /// <exception cref="CliException">It is damaged; exit code 2.</exception>
    public static CheckpointFolder? Itself(string path)
    {
        if (!File.Exists(Path.Combine(path, CheckpointManifest.FileName)))
        {
            return null;
        }

        var problems = CheckpointReader.Verify(path);
        return problems.Count == 0
            ? CheckpointFolder.TryParse(path) ?? new CheckpointFolder(path, 0)
            : throw CliException.BadInput($"{RunFolder.Shown(path)} cannot be used: {string.Join("; ", problems)}");
    }

    /// <summary>A checkpoint of a run: that of a step, or else the newest good one.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="step">The step that the person asks for; null for the newest.</param>
    /// <param name="job">The run's job, by which checkpoints of other runs are told; null takes all for its own.</param>
    /// <param name="warn">Hears of each checkpoint that was passed over.</param>
    /// <returns>Null when the newest was wanted and there is none.</returns>
    /// <exception cref="CliException">There is none of that step, or it cannot be used; exit code 2.</exception>
    public static CheckpointFolder? Of(RunFolder folder, long? step, JobSpec? job, Action<string> warn)
    {
        var run = job is null ? null : Signature(job);
        if (step is null)
        {
            return CheckpointReader.FindNewestGood(folder.CheckpointsFolder, warn, run);
        }

        var all = CheckpointReader.List(folder.CheckpointsFolder);
        var found = all.FirstOrDefault(one => one.Step == step)
            ?? throw CliException.BadInput($"{RunFolder.Shown(folder.Path)} has no checkpoint of step {step}; {Others(all, "it has none")}");
        var problems = CheckpointReader.Verify(found.Path, run);
        return problems.Count == 0
            ? found
            : throw CliException.BadInput($"{RunFolder.Shown(found.Path)} cannot be used: {string.Join("; ", problems)}; {Others([.. all.Where(one => one != found)], "it has no other")}");
    }

    private static string Others(IReadOnlyList<CheckpointFolder> checkpoints, string none) => checkpoints.Count switch
    {
        0 => none,
        1 => $"there is step {checkpoints[0].Step}",
        _ => $"there are steps {string.Join(", ", checkpoints.Select(one => one.Step))}",
    };

    private static RunSignature Signature(JobSpec job) => new(
        job.Train.Seed, [.. ParameterTable.For(job.Model).Parameters.Select(parameter => new TensorDeclaration(parameter.Name, TensorType.F32, parameter.Shape))]);
}
