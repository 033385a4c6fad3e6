namespace Colossus.Data.Sources;

/// <summary>What a source says about where a document came from and what may be done with it. Each is null when nothing is said.</summary>
/// <param name="Region">Where it was collected or whose law applies, such as <c>EU</c>.</param>
/// <param name="Consent">On what ground it may be used, such as <c>licence</c>.</param>
/// <param name="CollectedAt">When it was collected, as the source wrote it.</param>
/// <param name="Subject">The person or matter that it is about.</param>
public sealed record DocumentOrigin(string? Region = null, string? Consent = null, string? CollectedAt = null, string? Subject = null)
{
    /// <summary>True when nothing at all is said.</summary>
    public bool IsEmpty => Region is null && Consent is null && CollectedAt is null && Subject is null;
}
