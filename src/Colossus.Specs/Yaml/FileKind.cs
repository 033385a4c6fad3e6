namespace Colossus.Specs.Yaml;

/// <summary>What a file describes, for messages about its outermost keys.</summary>
/// <param name="Name">One word: <c>job</c>, <c>site</c>.</param>
/// <param name="Start">How such a file may start, as an example.</param>
public sealed record FileKind(string Name, string Start)
{
    /// <summary>Job files.</summary>
    public static FileKind Job { get; } = new("job", "model: { layers: 2, hidden: 128, heads: 4 }");
}
