using System.Security.Cryptography;
using System.Text;
using Colossus.Data.Sources;
using Colossus.Specs.Jobs;

namespace Colossus.Data.Shards;

/// <summary>The source files of a corpus with the hashes of their bytes.</summary>
internal sealed class SourceInventory
{
    private readonly FileStamp?[] stamps;

    private SourceInventory(IReadOnlyList<SourceFile> files, SourceRecord[] records, FileStamp?[] stamps)
    {
        Files = files;
        Records = records;
        this.stamps = stamps;
    }

    /// <summary>The files, in the order in which they are read.</summary>
    public IReadOnlyList<SourceFile> Files { get; }

    /// <summary>What each of them held, in the same order.</summary>
    public IReadOnlyList<SourceRecord> Records { get; }

    /// <summary>Length of all files.</summary>
    public long TotalBytes => Files.Sum(file => file.Bytes);

    /// <summary>Hashes the files that are new or changed since the cache saw them last.</summary>
    /// <exception cref="CorpusException">Some cannot be read; all of them at once.</exception>
    public static SourceInventory Take(
        CorpusCache cache, DataSpec data, string baseDirectory, IReadOnlyList<SourceFile> files, IProgress<CorpusProgress>? progress, CancellationToken cancellation)
    {
        var problems = new ProblemList();
        var hashes = KnownHashes.Load(cache.SourceHashes(KeyOf(data, baseDirectory)));
        var records = new SourceRecord[files.Count];
        var stamps = new FileStamp?[files.Count];
        var report = new ProgressReport(progress, files.Count, files.Sum(file => file.Bytes));
        long done = 0;
        for (var i = 0; i < files.Count && !problems.Full; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var file = files[i];
            try
            {
                (var hash, stamps[i]) = hashes.Of(
                    file.Path, file.Path, 0, count => report.Say("looking for changes in the text", i, done += count), cancellation);
                records[i] = new SourceRecord(file.Name, stamps[i]?.Bytes ?? file.Bytes, hash);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                problems.Add(file.Unreadable(error));
            }
        }

        problems.ThrowIfAny();
        hashes.Save();
        return new SourceInventory(files, records, stamps);
    }

    /// <summary>Whether a file is another than the one that was hashed.</summary>
    /// <param name="index">Which file.</param>
    public bool HasChanged(int index) => FileStamp.Of(Files[index].Path) is { } now ? now != stamps[index] : Files[index].Changed();

    // By what was asked for, not by what was found: a file more among a million leaves the others known.
    private static string KeyOf(DataSpec data, string baseDirectory) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', [baseDirectory, .. data.Sources]))).AsSpan(0, 16));
}
