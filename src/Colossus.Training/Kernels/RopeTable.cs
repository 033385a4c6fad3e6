using Colossus.Plan.Programs.Operations;

namespace Colossus.Training.Kernels;

/// <summary>Cosines and sines of rotary positions (arXiv 2104.09864): the angle of pair i at position p is p times that of one position.</summary>
internal sealed class RopeTable
{
    /// <summary>Computes the tables.</summary>
    /// <param name="positions">The angles.</param>
    public RopeTable(RotaryPositions positions)
    {
        int half = positions.Width / 2;
        Cosines = GC.AllocateArray<float>(positions.Sequence * half, pinned: true);
        Sines = GC.AllocateArray<float>(positions.Sequence * half, pinned: true);
        for (int i = 0; i < half; i++)
        {
            double one = positions.Angle(i);
            for (int position = 0; position < positions.Sequence; position++)
            {
                Cosines[(position * half) + i] = (float)Math.Cos(position * one);
                Sines[(position * half) + i] = (float)Math.Sin(position * one);
            }
        }
    }

    /// <summary>[sequence, width / 2], pinned.</summary>
    public float[] Cosines { get; }

    /// <summary>[sequence, width / 2], pinned.</summary>
    public float[] Sines { get; }
}
