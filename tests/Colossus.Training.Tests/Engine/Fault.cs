namespace Colossus.Training.Tests.Engine;

/// <summary>The end of an epoch: a rank is lost some time after a step, and all others notice it wherever they are.</summary>
/// <param name="Step">The step that rank 0 has told of.</param>
/// <param name="Rank">The rank; its process's memory is gone too. Taken modulo the number of ranks.</param>
/// <param name="Delay">Rounds of spinning between the two.</param>
internal sealed record Fault(long Step, int Rank, int Delay);
