namespace Colossus.Training.Kernels;

/// <summary>Cosines and sines of rotary positions (arXiv 2104.09864): angle of pair i at position p is p · base^(-2i / headWidth).</summary>
internal sealed class RopeTable
{
    /// <summary>Computes the tables.</summary>
    /// <param name="sequence">Positions.</param>
    /// <param name="headWidth">Width of a head, even.</param>
    /// <param name="ropeBase">Base of the angles.</param>
    public RopeTable(int sequence, int headWidth, double ropeBase)
    {
        int half = headWidth / 2;
        Cosines = GC.AllocateArray<float>(sequence * half, pinned: true);
        Sines = GC.AllocateArray<float>(sequence * half, pinned: true);
        for (int position = 0; position < sequence; position++)
        {
            for (int i = 0; i < half; i++)
            {
                double angle = position * Math.Pow(ropeBase, -2.0 * i / headWidth);
                Cosines[(position * half) + i] = (float)Math.Cos(angle);
                Sines[(position * half) + i] = (float)Math.Sin(angle);
            }
        }
    }

    /// <summary>[sequence, headWidth / 2], pinned.</summary>
    public float[] Cosines { get; }

    /// <summary>[sequence, headWidth / 2], pinned.</summary>
    public float[] Sines { get; }
}
