using System.Text.Json.Serialization;

namespace Colossus.Launch.Protocol;

/// <summary>What the supervisor tells a worker: one JSON object a line on its standard input.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(AssignOrder), "assign")]
[JsonDerivedType(typeof(AbortOrder), "abort")]
[JsonDerivedType(typeof(StopOrder), "stop")]
[JsonDerivedType(typeof(ExitOrder), "exit")]
public abstract record RankOrder;
