using Colossus.Plan.Traces;
using Colossus.Runs;
using Colossus.Training.Engine;

namespace Colossus.Worker;

/// <summary>Writes the spans of one rank in one epoch to a file of their own, each as it ends: a killed rank loses those that it was in.</summary>
internal sealed class TraceRecorder : IStepTrace, IDisposable
{
    private readonly LineFile file;

    private TraceRecorder(LineFile file) => this.file = file;

    /// <summary>Opens the file.</summary>
    /// <param name="folder">Folder of the session's traces.</param>
    /// <param name="place">Rank and epoch.</param>
    /// <returns>Null when it cannot be made: that is logged, and no reason to stop training.</returns>
    public static TraceRecorder? Open(string folder, RankPlace place)
    {
        string path = RunFolder.TraceFile(folder, place.Rank, place.Epoch);
        try
        {
            Directory.CreateDirectory(folder);
            return new TraceRecorder(LineFile.Open(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"this rank leaves no trace: {path} cannot be written: {error.Message}");
            return null;
        }
    }

    /// <inheritdoc/>
    public void Record(StepSpan span) => file.Append(span.ToJson());

    /// <inheritdoc/>
    public void Dispose()
    {
        file.Dispose();
        if (file.DroppedLines > 0)
        {
            Console.Error.WriteLine($"the trace lacks {file.DroppedLines} spans that could not be written: {file.LastError}");
        }
    }
}
