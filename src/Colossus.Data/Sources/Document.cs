namespace Colossus.Data.Sources;

/// <summary>One text and where it is from.</summary>
/// <param name="Origin">File, and the place in it.</param>
/// <param name="Text">The text, not empty.</param>
/// <param name="Metadata">Fields that came with it, as <c>region</c> or <c>consent</c>.</param>
public sealed record Document(string Origin, string Text, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>No metadata.</summary>
    public static IReadOnlyDictionary<string, string> None { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);
}
