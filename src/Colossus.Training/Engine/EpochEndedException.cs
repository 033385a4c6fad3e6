namespace Colossus.Training.Engine;

/// <summary>The epoch was given up while this rank took part in it; its state lies in shared memory for the next one.</summary>
/// <param name="inner">Where the rank noticed it.</param>
public sealed class EpochEndedException(Exception inner) : Exception(inner.Message, inner);
