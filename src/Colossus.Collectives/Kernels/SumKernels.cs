using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Collectives;

/// <summary>
/// Sums of several vectors, element by element, in 32 bits: <c>tree(low, high) = tree(low, middle) + tree(middle, high)</c> with <c>middle - low</c> the largest power of two below <c>high - low</c>.
/// For two that is x0 + x1, for five ((x0 + x1) + (x2 + x3)) + x4. The result depends on nothing but the inputs and their order: not on alignment, length, vector width or who computes which part;
/// and who holds a whole subtree may send its partial sum.
/// </summary>
public static unsafe class SumKernels
{
    // A block of partial sums stays in the first-level cache; two lie on the stack for each level of the tree above 8 sources.
    private const int Block = 1024;
    private const int Lanes = 8;

    /// <summary>Writes the sum of <paramref name="sources"/> to <paramref name="destination"/>, which may be one of them if they are 32-bit.</summary>
    /// <param name="type">Format of the sources.</param>
    /// <param name="sources">Pointers to <paramref name="count"/> elements each.</param>
    /// <param name="sourceCount">Number of sources, 1 or more.</param>
    /// <param name="destination">Receives <paramref name="count"/> 32-bit sums.</param>
    /// <param name="count">Number of elements, 0 or more.</param>
    public static void Sum(ElementType type, void** sources, int sourceCount, float* destination, long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sourceCount, 1);
        if (type == ElementType.Float32)
        {
            Tree<Float32>((byte**)sources, sourceCount, destination, count);
        }
        else if (type == ElementType.Int64)
        {
            throw new ArgumentException("Integers are summed by FixedPointKernels.", nameof(type));
        }
        else
        {
            Tree<BFloat16>((byte**)sources, sourceCount, destination, count);
        }
    }

    /// <summary>Adds the sum of <paramref name="sources"/> to <paramref name="destination"/>: the sum is complete before it is added.</summary>
    /// <param name="type">Format of the sources.</param>
    /// <param name="sources">Pointers to <paramref name="count"/> elements each; none of them the destination.</param>
    /// <param name="sourceCount">Number of sources, 1 or more.</param>
    /// <param name="destination">Holds <paramref name="count"/> 32-bit values, and then their sums with the sums.</param>
    /// <param name="count">Number of elements, 0 or more.</param>
    public static void Add(ElementType type, void** sources, int sourceCount, float* destination, long count)
    {
        float* sums = stackalloc float[Block];
        void** moved = stackalloc void*[sourceCount];
        void** both = stackalloc void*[2] { null, sums };
        int elementBytes = BytesOf(type);
        for (long first = 0; first < count; first += Block)
        {
            int part = (int)Math.Min(Block, count - first);
            for (int source = 0; source < sourceCount; source++)
            {
                moved[source] = (byte*)sources[source] + (first * elementBytes);
            }

            Sum(type, moved, sourceCount, sums, part);
            both[0] = destination + first;
            Sum(ElementType.Float32, both, 2, destination + first, part);
        }
    }

    /// <summary>Writes the sum of <paramref name="sources"/> in their own format: complete in 32 bits, then rounded to nearest, ties to even.</summary>
    /// <param name="type">Format of the sources and of the destination.</param>
    /// <param name="sources">Pointers to <paramref name="count"/> elements each; none of them the destination.</param>
    /// <param name="sourceCount">Number of sources, 1 or more.</param>
    /// <param name="destination">Receives <paramref name="count"/> elements.</param>
    /// <param name="count">Number of elements, 0 or more.</param>
    /// <param name="add">Whether the sum is added to what is there, before it is rounded.</param>
    public static void SumRounded(ElementType type, void** sources, int sourceCount, void* destination, long count, bool add)
    {
        if (type == ElementType.Float32)
        {
            if (add)
            {
                Add(type, sources, sourceCount, (float*)destination, count);
            }
            else
            {
                Sum(type, sources, sourceCount, (float*)destination, count);
            }

            return;
        }

        float* sums = stackalloc float[Block];
        void** moved = stackalloc void*[sourceCount];
        var target = (ushort*)destination;
        for (long first = 0; first < count; first += Block)
        {
            int part = (int)Math.Min(Block, count - first);
            for (int source = 0; source < sourceCount; source++)
            {
                moved[source] = (ushort*)sources[source] + first;
            }

            Sum(type, moved, sourceCount, sums, part);
            Round(sums, target + first, part, add);
        }
    }

    /// <summary>Bytes of an element.</summary>
    /// <param name="type">Format of the element.</param>
    public static int BytesOf(ElementType type) => type switch
    {
        ElementType.BFloat16 => 2,
        ElementType.Float32 => 4,
        _ => 8,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Round(float* sums, ushort* destination, int count, bool add)
    {
        int i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            Vector256<float> sum = Vector256.Load(sums + i);
            sum = add ? BFloat16.Load((byte*)destination, i) + sum : sum;
            Vector256<uint> bits = sum.AsUInt32();
            Vector256<uint> rounded = bits + Vector256.Create(0x7fffu) + (Vector256.ShiftRightLogical(bits, 16) & Vector256<uint>.One);

            // A NaN stays one: rounding could carry it over into a zero.
            bits = Vector256.ConditionalSelect(Vector256.Equals(sum, sum).AsUInt32(), rounded, bits | Vector256.Create(0x0040_0000u));
            Vector128.Narrow(Vector256.ShiftRightLogical(bits, 16).GetLower(), Vector256.ShiftRightLogical(bits, 16).GetUpper()).Store(destination + i);
        }

        for (; i < count; i++)
        {
            float sum = add ? BFloat16.LoadOne((byte*)destination, i) + sums[i] : sums[i];
            uint bits = BitConverter.SingleToUInt32Bits(sum);
            destination[i] = (ushort)((float.IsNaN(sum) ? bits | 0x0040_0000u : bits + 0x7fffu + ((bits >> 16) & 1)) >> 16);
        }
    }

    private static void Tree<T>(byte** sources, int sourceCount, float* destination, long count)
        where T : IFormat
    {
        if (!TryFused<T>(sources, sourceCount, 0, destination, count))
        {
            for (long first = 0; first < count; first += Block)
            {
                Branch<T>(sources, sourceCount, first, destination + first, (int)Math.Min(Block, count - first));
            }
        }
    }

    /// <summary>One block of a sum.</summary>
    private static void Branch<T>(byte** sources, int sourceCount, long first, float* destination, int count)
        where T : IFormat
    {
        if (TryFused<T>(sources, sourceCount, first, destination, count))
        {
            return;
        }

        int middle = 1 << BitOperations.Log2((uint)sourceCount - 1);

        // Both halves into scratch memory: the destination may be a source that the right half still reads.
        float* halves = stackalloc float[2 * Block];
        Branch<T>(sources, middle, first, halves, count);
        Branch<T>(sources + middle, sourceCount - middle, first, halves + Block, count);
        byte** two = stackalloc byte*[2] { (byte*)halves, (byte*)(halves + Block) };
        Fused<Float32, Pair<Leaf>>(two, 0, destination, count);
    }

    /// <summary>The sum in one pass over all sources, if there is a kernel for their number.</summary>
    private static bool TryFused<T>(byte** sources, int sourceCount, long first, float* destination, long count)
        where T : IFormat
    {
        switch (sourceCount)
        {
            case 1:
                Fused<T, Leaf>(sources, first, destination, count);
                return true;
            case 2:
                Fused<T, Pair<Leaf>>(sources, first, destination, count);
                return true;
            case 4:
                Fused<T, Pair<Pair<Leaf>>>(sources, first, destination, count);
                return true;
            case 8:
                Fused<T, Pair<Pair<Pair<Leaf>>>>(sources, first, destination, count);
                return true;
            default:
                return false;
        }
    }

    // Optimized at once: the first call of a run is already long, and on-stack replacement would come late.
    // Vectors of 256 bits on every machine: those of 512 gained nothing with AVX-512, in caches or beyond, and are emulated at half the speed without it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fused<T, TTree>(byte** sources, long first, float* destination, long count)
        where T : IFormat
        where TTree : ITree
    {
        long i = 0;
        for (; i <= count - (2 * Lanes); i += 2 * Lanes)
        {
            Vector256<float> a = TTree.Sum<T>(sources, first + i), b = TTree.Sum<T>(sources, first + i + Lanes);
            a.Store(destination + i);
            b.Store(destination + i + Lanes);
        }

        for (; i < count; i++)
        {
            destination[i] = TTree.SumOne<T>(sources, first + i);
        }
    }

    internal interface IFormat
    {
        static abstract Vector256<float> Load(byte* source, long index);

        static abstract float LoadOne(byte* source, long index);
    }

    private interface ITree
    {
        static abstract int Sources { get; }

        static abstract Vector256<float> Sum<T>(byte** sources, long index)
            where T : IFormat;

        static abstract float SumOne<T>(byte** sources, long index)
            where T : IFormat;
    }

    internal readonly struct Float32 : IFormat
    {
        public static Vector256<float> Load(byte* source, long index) => Vector256.Load((float*)source + index);

        public static float LoadOne(byte* source, long index) => ((float*)source)[index];
    }

    internal readonly struct BFloat16 : IFormat
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Load(byte* source, long index)
        {
            Vector128<ushort> bits = Vector128.Load((ushort*)source + index);
            return Vector256.ShiftLeft(Vector256.WidenLower(bits.ToVector256Unsafe()), 16).AsSingle();
        }

        public static float LoadOne(byte* source, long index) => BitConverter.UInt32BitsToSingle((uint)((ushort*)source)[index] << 16);
    }

    private readonly struct Leaf : ITree
    {
        public static int Sources => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Sum<T>(byte** sources, long index)
            where T : IFormat => T.Load(sources[0], index);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static float SumOne<T>(byte** sources, long index)
            where T : IFormat => T.LoadOne(sources[0], index);
    }

    /// <summary>Two equal trees side by side.</summary>
    private readonly struct Pair<THalf> : ITree
        where THalf : ITree
    {
        public static int Sources => 2 * THalf.Sources;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Sum<T>(byte** sources, long index)
            where T : IFormat => THalf.Sum<T>(sources, index) + THalf.Sum<T>(sources + THalf.Sources, index);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static float SumOne<T>(byte** sources, long index)
            where T : IFormat => THalf.SumOne<T>(sources, index) + THalf.SumOne<T>(sources + THalf.Sources, index);
    }
}
