namespace Colossus.Checkpoints;

/// <summary>Puts checkpoints aside that a continued run would otherwise mix with its new ones.</summary>
public static class CheckpointAside
{
    private const string mark = ".aside-";

    /// <summary>Renames all checkpoints later than a step, whole or not, to <c>step-000100.aside-1</c>: nothing here looks at them any more, and a person can rename them back.</summary>
    /// <param name="checkpointsFolder">The run's <c>checkpoints</c> folder.</param>
    /// <param name="step">The step that the run goes on from, 0 or more.</param>
    /// <returns>Old and new name of each, oldest first.</returns>
    /// <exception cref="CheckpointException">One could not be renamed.</exception>
    public static IReadOnlyList<(string From, string To)> SetLaterAside(string checkpointsFolder, long step) =>
        [.. CheckpointReader.List(checkpointsFolder).Where(folder => folder.Step > step).Select(folder => (Path.GetFileName(folder.Path), Path.GetFileName(SetAside(folder.Path))))];

    private static string SetAside(string path)
    {
        int number = 1;
        while (Path.Exists($"{path}{mark}{number}"))
        {
            number++;
        }

        string aside = $"{path}{mark}{number}";
        try
        {
            Directory.Move(path, aside);
            return aside;
        }
        catch (Exception error) when (CheckpointException.IsOfTheWorld(error))
        {
            throw CheckpointException.Writing(error, path, null);
        }
    }
}
