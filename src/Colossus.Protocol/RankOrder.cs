using System.Text.Json.Serialization;

namespace Colossus.Protocol;

/// <summary>What the supervisor tells the process of a rank: one line of JSON on its standard input.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(AssignOrder), "assign")]
[JsonDerivedType(typeof(AbortOrder), "abort")]
[JsonDerivedType(typeof(StopOrder), "stop")]
[JsonDerivedType(typeof(ExitOrder), "exit")]
public abstract record RankOrder;
