using System.Text.Json.Serialization;

namespace Colossus.Cli.Doctor;

/// <summary>How a thing that <c>doctor</c> looked at stands.</summary>
internal enum CheckState
{
    /// <summary>There, and enough.</summary>
    [JsonStringEnumMemberName("ok")]
    Good,

    /// <summary>Absent or scarce; only some uses need it.</summary>
    [JsonStringEnumMemberName("optional")]
    Optional,

    /// <summary>Absent, and nothing works without it.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,
}
