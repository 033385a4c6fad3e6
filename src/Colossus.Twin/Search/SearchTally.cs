namespace Colossus.Twin.Search;

/// <summary>What a part of a search has met.</summary>
/// <param name="Considered">Sound layouts.</param>
/// <param name="TooLarge">Of these, layouts that do not fit in memory.</param>
/// <param name="Priced">Layouts that were priced.</param>
internal readonly record struct SearchTally(long Considered, long TooLarge, long Priced);
