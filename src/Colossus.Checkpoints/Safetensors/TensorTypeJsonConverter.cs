using System.Text.Json;
using System.Text.Json.Serialization;

namespace Colossus.Checkpoints.Safetensors;

/// <summary>Writes a type as a safetensors header spells it and reads nothing else.</summary>
internal sealed class TensorTypeJsonConverter : JsonConverter<TensorType>
{
    public override TensorType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return TensorTypes.TryParse(text, out TensorType type)
            ? type
            : throw new JsonException($"\"{text}\" is not an element type; F64, F32, F16, BF16, I64, I32, U8 and their kin are.");
    }

    public override void Write(Utf8JsonWriter writer, TensorType value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Spelling());
}
