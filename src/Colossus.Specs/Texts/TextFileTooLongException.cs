namespace Colossus.Specs.Texts;

/// <summary>A file is longer than a file of its kind may be.</summary>
/// <param name="path">The file.</param>
/// <param name="longest">Most bytes that it may have.</param>
public sealed class TextFileTooLongException(string path, int longest) : IOException($"{path} is larger than {longest >> 20} MiB")
{
    /// <summary>Most bytes that it may have.</summary>
    public int Longest { get; } = longest;
}
