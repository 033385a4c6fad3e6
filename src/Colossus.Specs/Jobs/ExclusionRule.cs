namespace Colossus.Specs.Jobs;

/// <summary>A rule that keeps documents out of training. A document is kept out when it matches all that the rule says; <c>*</c> stands for any text.</summary>
/// <param name="Source">Where the document came from.</param>
/// <param name="Region">Region of the person or publisher.</param>
/// <param name="CollectedAt">Date of collection, year first: <c>2024-05-*</c>.</param>
/// <param name="Consent">State of consent.</param>
/// <param name="Subject">Person or matter that it is about.</param>
public sealed record ExclusionRule(string? Source = null, string? Region = null, string? CollectedAt = null, string? Consent = null, string? Subject = null);
