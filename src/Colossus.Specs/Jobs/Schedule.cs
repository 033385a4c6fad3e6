namespace Colossus.Specs.Jobs;

/// <summary>The course of the learning rate after the warm-up.</summary>
public enum Schedule
{
    /// <summary>Half a cosine from the peak to the minimum; <c>cosine</c> in a job file.</summary>
    Cosine,

    /// <summary>A straight line from the peak to the minimum; <c>linear</c>.</summary>
    Linear,

    /// <summary>The peak to the end; <c>constant</c>.</summary>
    Constant,
}
