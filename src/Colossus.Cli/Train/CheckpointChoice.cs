using Colossus.Checkpoints;
using Colossus.Runs;

namespace Colossus.Cli.Train;

/// <summary>Which checkpoint a person means.</summary>
internal static class CheckpointChoice
{
    /// <summary>The folder itself when it is a checkpoint, else the newest good one of the run.</summary>
    /// <param name="path">Folder of a run or of a checkpoint.</param>
    /// <param name="warn">Hears of each damaged checkpoint that was passed over.</param>
    /// <exception cref="CliException">It is damaged, or there is none; exit code 2.</exception>
    /// <exception cref="RunFolderException">There is no such run.</exception>
    public static string Newest(string path, Action<string> warn)
    {
        if (File.Exists(Path.Combine(path, CheckpointManifest.FileName)))
        {
            var problems = CheckpointReader.Verify(path);
            return problems.Count == 0 ? path : throw CliException.BadInput($"{RunFolder.Shown(path)} cannot be used: {string.Join("; ", problems)}");
        }

        var folder = RunFolder.Open(path);
        return Newest(folder, warn)?.Path ?? throw CliException.BadInput(CheckpointReader.List(folder.CheckpointsFolder).Count == 0
            ? $"{RunFolder.Shown(folder.Path)} has no checkpoint yet"
            : $"{RunFolder.Shown(folder.Path)} has no checkpoint that can be used");
    }

    /// <summary>The newest good checkpoint of a run; null when there is none.</summary>
    public static CheckpointFolder? Newest(RunFolder folder, Action<string> warn) => CheckpointReader.FindNewestGood(folder.CheckpointsFolder, warn);
}
