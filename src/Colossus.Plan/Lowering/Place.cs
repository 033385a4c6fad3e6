namespace Colossus.Plan.Lowering;

/// <summary>Where a value lies.</summary>
/// <param name="Area">In which memory.</param>
/// <param name="Offset">Bytes from its start, a multiple of <see cref="AreaBuilder.Alignment"/>.</param>
public readonly record struct Place(Area Area, long Offset);
