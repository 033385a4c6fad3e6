using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>
/// Turns pairs of a head's elements by an angle that grows with the position; of the elements that are turned, the first ones of a head, i is paired with i + width / 2 (Hugging Face's order).
/// </summary>
internal static unsafe class Rope
{
    private const int Lanes = 16;
    private const int RowsPerBlock = 64;

    /// <summary>Turns the first heads of each row in place.</summary>
    /// <param name="data">[rows, rowStride]; heads lie side by side from column 0.</param>
    /// <param name="positions">The position of each row, [rows].</param>
    /// <param name="heads">Heads to turn.</param>
    /// <param name="headWidth">Elements of a head.</param>
    /// <param name="turned">Those of them that are turned, even.</param>
    /// <param name="inverse">Turn back: what the backward pass does.</param>
    public static void Apply<T>(T* data, int[] positions, int heads, int headWidth, int turned, int rowStride, RopeTable table, bool inverse)
        where T : unmanaged, IElement<T>
    {
        int half = turned / 2;
        float* cosines = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(table.Cosines));
        float* sines = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(table.Sines));
        fixed (int* first = positions)
        {
            var body = new Body<T>(data, first, positions.Length, heads, headWidth, half, rowStride, cosines, sines, inverse ? -1f : 1f);
            KernelThreads.For((positions.Length + RowsPerBlock - 1) / RowsPerBlock, body);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TurnRow<T>(T* row, int heads, int headWidth, float* cosines, float* sines, int half, float direction)
        where T : unmanaged, IElement<T>
    {
        int i = 0;
        for (; i <= half - Lanes; i += Lanes)
        {
            var cosine = Vector512.Load(cosines + i);
            var sine = Vector512.Load(sines + i) * Vector512.Create(direction);
            T* at = row + i;
            for (int head = 0; head < heads; head++)
            {
                var first = T.Load(at);
                var second = T.Load(at + half);
                T.Store(at, (first * cosine) - (second * sine));
                T.Store(at + half, (second * cosine) + (first * sine));
                at += headWidth;
            }
        }

        for (; i < half; i++)
        {
            float cosine = cosines[i];
            float sine = sines[i] * direction;
            T* at = row + i;
            for (int head = 0; head < heads; head++)
            {
                float first = T.ToFloat(*at);
                float second = T.ToFloat(at[half]);
                *at = T.FromFloat((first * cosine) - (second * sine));
                at[half] = T.FromFloat((second * cosine) + (first * sine));
                at += headWidth;
            }
        }
    }

    private readonly struct Body<T>(T* data, int* positions, int rows, int heads, int headWidth, int half, int rowStride, float* cosines, float* sines, float direction)
        : IKernelBody
        where T : unmanaged, IElement<T>
    {
        private readonly T* data = data;
        private readonly int* positions = positions;
        private readonly int rows = rows;
        private readonly int heads = heads;
        private readonly int headWidth = headWidth;
        private readonly int half = half;
        private readonly int rowStride = rowStride;
        private readonly float* cosines = cosines;
        private readonly float* sines = sines;
        private readonly float direction = direction;

        public void Run(int item)
        {
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                long angle = (long)positions[row] * half;
                TurnRow(data + ((long)row * rowStride), heads, headWidth, cosines + angle, sines + angle, half, direction);
            }
        }
    }
}
