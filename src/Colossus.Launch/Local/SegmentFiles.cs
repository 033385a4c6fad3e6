using System.Globalization;
using System.Text.RegularExpressions;

namespace Colossus.Launch.Local;

/// <summary>The names of a supervisor's shared-memory segments, one an epoch, and their removal.</summary>
public sealed partial class SegmentFiles
{
    private readonly string folder;
    private readonly ProcessIdentity owner;

    private SegmentFiles(string folder, ProcessIdentity owner)
    {
        this.folder = folder;
        this.owner = owner;
    }

    /// <summary>The folder of all segments of this machine: <c>COLOSSUS_SHM</c>, or else <c>/dev/shm</c>.</summary>
    public static string Folder => Environment.GetEnvironmentVariable("COLOSSUS_SHM") is { Length: > 0 } named ? named : "/dev/shm";

    /// <summary>Segments of this process.</summary>
    public static SegmentFiles Own() => new(Folder, ProcessIdentity.Own);

    /// <summary>Name of an epoch's segment.</summary>
    /// <param name="epoch">The epoch.</param>
    public string Name(int epoch) => $"colossus-{owner.Pid}-{owner.StartTicks}-e{epoch}";

    /// <summary>Removes the segment of an epoch; those who use it keep it until they end.</summary>
    /// <param name="epoch">The epoch.</param>
    public void Remove(int epoch) => Remove((segment, of) => segment == owner && of == epoch);

    /// <summary>Removes all segments of this process.</summary>
    public void RemoveAll() => Remove((segment, _) => segment == owner);

    /// <summary>Removes the segments of supervisors that live no more.</summary>
    public void RemoveThoseOfTheDead() => Remove((segment, _) => segment != owner && !segment.Lives);

    private void Remove(Func<ProcessIdentity, int, bool> which)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(folder, "colossus-*"))
        {
            if (Pattern().Match(Path.GetFileName(file)) is { Success: true } match
                && which(new ProcessIdentity((int)Number(match, 1), Number(match, 2)), (int)Number(match, 3)))
            {
                Delete(file);
            }
        }
    }

    private static void Delete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It belongs to somebody else, or is gone already.
        }
    }

    private static long Number(Match match, int group) => long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^colossus-(\d{1,9})-(\d{1,18})-e(\d{1,9})(?:[.-].*)?$")]
    private static partial Regex Pattern();
}
