using System.Text;
using System.Text.RegularExpressions;

namespace Colossus.Data.Sources;

/// <summary>
/// Finds files by pattern: <c>*</c> and <c>?</c> within a name, <c>**</c> for any number of folders. Hidden files and folders (a leading dot)
/// are only found by a pattern that spells the dot. Results are in ordinal order, so that they are the same everywhere.
/// </summary>
internal static class PathGlob
{
    public static bool IsGlob(string path) => path.AsSpan().IndexOfAny('*', '?') >= 0;

    public static IReadOnlyList<string> Find(string pattern)
    {
        var parts = pattern.Replace('\\', '/').Split('/');
        var firstWild = Array.FindIndex(parts, IsGlob);
        var root = string.Join('/', parts[..firstWild]);
        if (root.Length == 0)
        {
            root = "/";
        }

        var found = new SortedSet<string>(StringComparer.Ordinal);
        if (Directory.Exists(root))
        {
            Walk(root, parts.AsSpan(firstWild), found);
        }

        return [.. found];
    }

    private static void Walk(string folder, ReadOnlySpan<string> parts, SortedSet<string> found)
    {
        if (parts[0] == "**")
        {
            if (parts.Length == 1)
            {
                Walk(folder, ["**", "*"], found);
                return;
            }

            Walk(folder, parts[1..], found);
            foreach (var child in Directory.EnumerateDirectories(folder))
            {
                // A link to a folder may lead back up: following none keeps the walk finite.
                if (!IsHidden(child) && !File.GetAttributes(child).HasFlag(FileAttributes.ReparsePoint))
                {
                    Walk(child, parts, found);
                }
            }

            return;
        }

        var name = Match(parts[0]);
        var dotted = parts[0].StartsWith('.');
        var entries = parts.Length == 1 ? Directory.EnumerateFiles(folder) : Directory.EnumerateDirectories(folder);
        foreach (var entry in entries)
        {
            if ((IsHidden(entry) && !dotted) || !name.IsMatch(Path.GetFileName(entry)))
            {
                continue;
            }

            if (parts.Length == 1)
            {
                found.Add(entry);
            }
            else
            {
                Walk(entry, parts[1..], found);
            }
        }
    }

    private static bool IsHidden(string path) => Path.GetFileName(path.AsSpan()).StartsWith('.');

    private static Regex Match(string pattern)
    {
        var text = new StringBuilder("^");
        foreach (var character in pattern)
        {
            text.Append(character switch { '*' => ".*", '?' => ".", _ => Regex.Escape(character.ToString()) });
        }

        return new Regex(text.Append('$').ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline);
    }
}
