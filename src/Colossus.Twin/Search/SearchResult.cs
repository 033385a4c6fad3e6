namespace Colossus.Twin.Search;

/// <summary>Outcome of a search over layouts.</summary>
/// <param name="Best">The best layouts, best first.</param>
/// <param name="Considered">Sound layouts that were met.</param>
/// <param name="TooLarge">Of these, layouts that do not fit in memory; they are not priced.</param>
/// <param name="Priced">Layouts that were priced.</param>
public sealed record SearchResult(IReadOnlyList<RankedLayout> Best, long Considered, long TooLarge, long Priced);
