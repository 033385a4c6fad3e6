using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Colossus.Data.Shards;

namespace Colossus.Data;

/// <summary>JSON of the files in a corpus folder.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CorpusManifest))]
[JsonSerializable(typeof(DocumentRecord))]
[JsonSerializable(typeof(KnownHash))]
[JsonSerializable(typeof(Dictionary<string, int>))]
internal sealed partial class DataJson : JsonSerializerContext
{
    /// <summary>One object a line, names of files as they are.</summary>
    public static DataJson Lines { get; } = new(Make(indented: false));

    /// <summary>For files that people read.</summary>
    public static DataJson Indented { get; } = new(Make(indented: true));

    // These files are read by people and programs, never pasted into HTML: quotes and letters need no escapes.
    private static JsonSerializerOptions Make(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = indented,
        NewLine = "\n",
    };
}
