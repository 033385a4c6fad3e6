namespace Colossus.Training.Kernels;

/// <summary>Consecutive positions of a sample.</summary>
/// <param name="First">The first, from 0.</param>
/// <param name="Count">How many.</param>
internal readonly record struct PositionRange(int First, int Count)
{
    /// <summary>The position behind the last.</summary>
    public int End => First + Count;
}
