namespace Colossus.Plan.Programs.Operations;

/// <summary>Rows that lie sorted by the expert that they visit.</summary>
/// <param name="Counts">[1, experts]: rows of each expert; known when tokens are routed.</param>
/// <param name="Experts">Experts.</param>
/// <param name="EvenRows">Rows of all of them together where ranks have equal shares: what FLOPs are counted for. Of all ranks together it is exact, unless experts have a capacity.</param>
public sealed record VisitGroups(Value Counts, int Experts, int EvenRows);
