using System.Text.Json.Serialization;

namespace Colossus.Collectives;

/// <summary>How a world's shape is written into its segment.</summary>
[JsonSerializable(typeof(WorldShape))]
internal sealed partial class WorldJson : JsonSerializerContext;
