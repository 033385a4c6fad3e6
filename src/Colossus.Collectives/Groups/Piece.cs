namespace Colossus.Collectives;

/// <summary>Consecutive elements that a collective moves from a member's region to another place.</summary>
/// <param name="From">The first one in the buffer that is read.</param>
/// <param name="To">The same one in the buffer that is written.</param>
/// <param name="Count">How many, 0 or more.</param>
public readonly record struct Piece(long From, long To, long Count);
