using System.Text.Json;

namespace Colossus.Data.Sources;

/// <summary>
/// What one pass over a JSON object finds. A field is a path: <c>meta.text</c> is the <c>text</c> of the object <c>meta</c>, or a field that is itself named
/// <c>meta.text</c>; an object with both is ambiguous. Of a name that stands twice the last counts, as in every JSON library.
/// </summary>
internal sealed class JsonFields
{
    private const int MostPaths = 20;

    private JsonFields()
    {
    }

    /// <summary>Kind of the value as a whole.</summary>
    public JsonTokenType Root { get; private set; }

    /// <summary>The ways by which the field was reached; more than one when it is ambiguous.</summary>
    public SortedSet<string> Routes { get; } = new(StringComparer.Ordinal);

    /// <summary>The field's value, and for a string where its content lies in the bytes; null when there is none.</summary>
    public (JsonTokenType Type, int Start, int Length, bool Escaped)? Text { get; private set; }

    public string? Id { get; private set; }

    public string? Region { get; private set; }

    public string? Consent { get; private set; }

    public string? CollectedAt { get; private set; }

    public string? Subject { get; private set; }

    /// <summary>Reads over one value.</summary>
    /// <param name="json">All bytes of the value.</param>
    /// <param name="field">The path of the field asked for.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">An escape that matters stands for no character.</exception>
    public static JsonFields Find(ReadOnlySpan<byte> json, string field)
    {
        var reader = new Utf8JsonReader(json, JsonRecords.Options);
        reader.Read();
        var found = new JsonFields { Root = reader.TokenType };
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            found.Walk(ref reader, field, "");
        }
        else
        {
            reader.Skip();
        }

        // What follows the value is a mistake, which only reading on tells.
        reader.Read();
        return found;
    }

    /// <summary>The paths of the strings in an object, the first few of them.</summary>
    public static IReadOnlyList<string> TextPaths(ReadOnlySpan<byte> json)
    {
        var paths = new List<string>();
        var names = new List<string>();
        var reader = new Utf8JsonReader(json, JsonRecords.Options);
        while (paths.Count < MostPaths && reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                names.Add(reader.HasValueSequence ? "" : System.Text.Encoding.UTF8.GetString(reader.ValueSpan));
                continue;
            }

            if (reader.TokenType == JsonTokenType.String)
            {
                paths.Add(string.Join('.', names));
            }
            else if (reader.TokenType == JsonTokenType.StartArray)
            {
                reader.Skip();
            }

            if (reader.TokenType != JsonTokenType.StartObject && names.Count > 0)
            {
                names.RemoveAt(names.Count - 1);
            }
        }

        return [.. paths.Distinct()];
    }

    private void Walk(ref Utf8JsonReader reader, string field, string route)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = FirstNames(ref reader, field);
            var origin = route.Length == 0 ? OriginOf(ref reader) : null;
            reader.Read();
            origin?.Invoke(this, Plain(ref reader));
            if (name == field)
            {
                Keep(ref reader, route + Shown(name));
            }

            if (name is not null && name != field && reader.TokenType == JsonTokenType.StartObject)
            {
                Walk(ref reader, field[(name.Length + 1)..], $"{route}{Shown(name)} → ");
            }
            else
            {
                reader.Skip();
            }
        }
    }

    // The field's path, or as many of its first names as this property is called.
    private static string? FirstNames(ref Utf8JsonReader reader, string field)
    {
        for (var end = 0; end < field.Length; end++)
        {
            end = field.IndexOf('.', end) is >= 0 and var dot ? dot : field.Length;
            if (reader.ValueTextEquals(field.AsSpan(0, end)))
            {
                return field[..end];
            }
        }

        return null;
    }

    private void Keep(ref Utf8JsonReader reader, string route)
    {
        Routes.Add(route);
        Text = (reader.TokenType, (int)reader.TokenStartIndex + 1, reader.TokenType == JsonTokenType.String ? reader.ValueSpan.Length : 0, reader.ValueIsEscaped);
    }

    private static Action<JsonFields, string?>? OriginOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("id"u8) ? static (found, value) => found.Id = value
        : reader.ValueTextEquals("region"u8) ? static (found, value) => found.Region = value
        : reader.ValueTextEquals("consent"u8) ? static (found, value) => found.Consent = value
        : reader.ValueTextEquals("collectedAt"u8) ? static (found, value) => found.CollectedAt = value ?? found.CollectedAt
        : reader.ValueTextEquals("collected_at"u8) ? static (found, value) => found.CollectedAt ??= value
        : reader.ValueTextEquals("subject"u8) ? static (found, value) => found.Subject = value
        : null;

    private static string? Plain(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
        _ => null,
    };

    private static string Shown(string name) => name.Contains('.') ? $"\"{name}\"" : name;
}
