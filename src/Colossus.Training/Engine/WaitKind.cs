namespace Colossus.Training.Engine;

/// <summary>For whom a rank waits.</summary>
internal enum WaitKind
{
    /// <summary>The ranks with the same weights, or all ranks.</summary>
    Data,

    /// <summary>The neighbouring stages.</summary>
    Pipeline,
}
