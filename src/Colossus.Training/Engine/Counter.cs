namespace Colossus.Training.Engine;

/// <summary>Indices of a group's counters; each counts steps. Behind <see cref="FirstBucket"/> there is one for each bucket of gradients.</summary>
internal static class Counter
{
    /// <summary>Rank 0 has chosen what to restore.</summary>
    public const int Decided = 0;

    /// <summary>A rank's slices of the state are those of the step.</summary>
    public const int Updated = 1;

    /// <summary>A rank's sums of the step are written.</summary>
    public const int Summed = 2;

    /// <summary>A rank's part of an evaluation is written.</summary>
    public const int Evaluated = 3;

    /// <summary>A rank's file of a checkpoint is written, or has failed.</summary>
    public const int CheckpointWritten = 4;

    /// <summary>The first bucket's counter.</summary>
    public const int FirstBucket = 5;
}
