using Colossus.Specs.Diagnostics;

namespace Colossus.Specs.Yaml;

/// <summary>A single value.</summary>
/// <param name="Text">What was written, without quotes.</param>
/// <param name="Quoted">Whether it stood in quotes, and so is a text whatever it looks like.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record YamlScalar(string Text, bool Quoted, SourcePlace Place) : YamlNode(Place)
{
    /// <summary>Whether it stands in lines of its own, behind <c>|</c> or <c>&gt;</c>.</summary>
    public bool IsBlock { get; init; }

    /// <summary>Whether it says that there is no value.</summary>
    public bool IsNull => !Quoted && (Text is "" or "~" or "null" or "Null" or "NULL");
}
