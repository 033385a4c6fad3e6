using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Colossus.Collectives;
using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Plan.Ranks;
using Colossus.Training.Backends;
using Colossus.Training.Memory;

namespace Colossus.Training.Engine;

/// <summary>
/// A rank's memory in an epoch's world: what others read in collectives, and all that a run must not lose, which outlives the rank. Only this class knows where things lie in it.
/// </summary>
/// <remarks>
/// Master weights and both moments exist twice. Step s reads the copy of parity s - 1 and writes that of parity s, and no rank begins to write for step s + 1 before
/// all have finished s. Whatever dies, and whenever, the state of the last step that all ranks have finished is whole. It costs memory, but no time.
/// </remarks>
internal sealed unsafe class RankRegion
{
    private readonly byte* start;
    private readonly nint sliceSums;
    private readonly nint sliceIntegers;
    private readonly Dictionary<int, long> sliceOffsets = [];
    private readonly long stateCount;

    /// <summary>Lays out the region of a rank.</summary>
    /// <param name="world">The epoch's world.</param>
    /// <param name="program">What the rank does.</param>
    /// <param name="arena">Gives what is this rank's alone.</param>
    public RankRegion(World world, RankProgram program, Arena arena)
    {
        World = world;
        Program = program;
        Memory = RankMemory.Of(program);
        start = world.Region;
        sliceSums = (nint)arena.Take<byte>(Memory.SliceSumBytes);
        sliceIntegers = (nint)arena.Take<byte>(Memory.SliceIntegerBytes);
        Map = new WorldMap(program);
        CopyRoom = (nint)arena.Take<byte>(Memory.CopyRoomBytes);
        TiedRoom = (nint)arena.Take<byte>(Memory.TiedRoomBytes);
        stateCount = program.StateCount;
        long offset = 0;
        foreach (int bucket in program.Buckets.Indices)
        {
            sliceOffsets.Add(bucket, offset);
            offset += program.SliceCount(bucket);
        }

        Header.StateOffset = Memory.State.Offset;
        Header.StateCount = stateCount;
    }

    /// <summary>The epoch's world.</summary>
    public World World { get; }

    /// <summary>What the rank does.</summary>
    public RankProgram Program { get; }

    /// <summary>What it holds.</summary>
    public RankMemory Memory { get; }

    /// <summary>The groups and mailboxes of the world.</summary>
    public WorldMap Map { get; }

    /// <summary>The ranks with the same weights.</summary>
    /// <param name="bucket">The bucket of the weights.</param>
    public Group ReplicasOf(int bucket) => Map.GroupOf(this, Program.ReplicaAxisOf(bucket));

    /// <summary>See <see cref="RankMemory.CopyRoomBytes"/>.</summary>
    public nint CopyRoom { get; }

    /// <summary>Where weights and gradients lie, for passes.</summary>
    public RankVectors Vectors => new(Program, At(Memory.Weights), Program.Formats.SeparateMatrices ? At(Memory.Matrices) : At(Memory.Weights), At(Memory.Gradients), At(Memory.Exchange));

    /// <summary>See <see cref="RankMemory.TiedRoomBytes"/>.</summary>
    public nint TiedRoom { get; }

    private ref RegionHeader Header => ref *(RegionHeader*)(start + Memory.Header.Offset);

    /// <summary>The record of a step.</summary>
    /// <param name="step">The last or the one before: older ones are gone.</param>
    public ref StepRecord Record(long step) => ref ((step & 1) == 0 ? ref Header.Even : ref Header.Odd);

    /// <summary>Where a part of the state lies after a step.</summary>
    /// <param name="step">The last or the one before.</param>
    /// <param name="offset">Place in what the rank keeps, in elements.</param>
    public StateAddress State(long step, long offset)
    {
        nint master = At(Memory.State) + (nint)(((RankMemory.StateVectors / 2 * (step & 1) * stateCount) + offset) * sizeof(float));
        nint vector = (nint)(stateCount * sizeof(float));
        return new StateAddress(master, master + vector, master + (2 * vector));
    }

    /// <summary>Address of a gradient's sum over ranks, 32 bits; what lies there before it is summed are this rank's own, or nothing.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="element">Index in the flat vector, within this rank's slice (under ZeRO 0 within the bucket).</param>
    public nint SumOf(int bucket, long element) => Program.SumsInPlace
        ? KeptSums + (nint)((Program.Buckets.GradientOffset(bucket) + element - Program.Table.Buckets[bucket].Range.Start) * sizeof(float))
        : sliceSums + (nint)((sliceOffsets[bucket] + element - Program.SliceOf(bucket).Start) * sizeof(float));

    /// <summary>Address of a gradient's sum in fixed point: over micro-batches of this rank, and in its slice then over ranks.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="element">Index in the flat vector, within this rank's slice (under ZeRO 0 and 1 within the bucket).</param>
    public nint IntegerOf(int bucket, long element) => Program.KeepsIntegers
        ? At(Memory.Integers) + (nint)((Program.Buckets.GradientOffset(bucket) + element - Program.Table.Buckets[bucket].Range.Start) * sizeof(long))
        : sliceIntegers + (nint)((sliceOffsets[bucket] + element - Program.SliceOf(bucket).Start) * sizeof(long));

    /// <summary>Address of this rank's own gradients of a bucket, in the format of gradients; only where they are kept for the whole step.</summary>
    public nint GradientsOf(int bucket) => At(Memory.Gradients) + (nint)(Program.Buckets.GradientOffset(bucket) * Program.Formats.ResidualBytes);

    /// <summary>Offset in the region of what is summed over ranks for a bucket.</summary>
    public long ReducedOffset(int bucket) =>
        (Program.KeepsIntegers ? Memory.Integers : Program.KeepsSums ? Memory.Sums : Memory.Gradients).Offset + (Program.Buckets.GradientOffset(bucket) * Program.ReducedBytes);

    /// <summary>Offset in the region of a bucket's sums, where the slices of all ranks are gathered.</summary>
    public long GatheredSumOffset(int bucket) => SumOf(bucket, Program.Table.Buckets[bucket].Range.Start) - At(0);

    /// <summary>Offset in the region of a working weight: among all of the rank's, or under ZeRO-3 among its slices.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="element">Index in the flat vector; within this rank's slice where it keeps no more.</param>
    /// <param name="format">The format.</param>
    public long WeightOffset(int bucket, long element, ValueFormat format)
    {
        if (Program.Buckets.IsAlias(bucket))
        {
            Parameter source = Program.Table.Buckets[bucket].Source!;
            return WeightOffset(source.Bucket, element - Program.Table.Buckets[bucket].Range.Start + source.Start, format);
        }

        long at = Program.Layout.Zero == 3
            ? sliceOffsets[bucket] + element - Program.SliceOf(bucket).Start
            : Program.Buckets.WeightOffset(bucket) + element - Program.Table.Buckets[bucket].Range.Start;
        bool apart = format == ValueFormat.Product && Program.Formats.SeparateMatrices;
        return (apart ? Memory.Matrices : Memory.Weights).Offset + (at * Program.Formats.BytesOf(apart ? ValueFormat.Product : ValueFormat.Residual));
    }

    /// <summary>Where an update writes working weights.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="element">Index in the flat vector.</param>
    public WorkingAddress Working(int bucket, long element) => new(
        At(WeightOffset(bucket, element, ValueFormat.Residual)),
        Program.Formats.SeparateMatrices ? At(WeightOffset(bucket, element, ValueFormat.Product)) : 0);

    /// <summary>An address in the region.</summary>
    /// <param name="offset">Bytes from its start.</param>
    public nint At(long offset) => (nint)(start + offset);

    /// <summary>The slices of a bucket that lie in a range, one a replica, counted from the range's start.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="range">Elements of the flat vector.</param>
    public ElementRange[] Parts(int bucket, FlatRange range)
    {
        var parts = new ElementRange[Program.ReplicasOf(bucket)];
        for (int place = 0; place < parts.Length; place++)
        {
            FlatRange part = Program.Table.Slice(bucket, place, parts.Length).Intersect(range);
            parts[place] = new ElementRange(part.Count == 0 ? 0 : part.Start - range.Start, part.Count);
        }

        return parts;
    }

    /// <summary>Copies a part of the state that some rank keeps.</summary>
    /// <param name="world">This epoch's world or an earlier one's.</param>
    /// <param name="step">The step after which it is wanted; the last one of that world or the one before.</param>
    /// <param name="vector">0 for master weights, 1 and 2 for the moments.</param>
    /// <param name="source">What is wanted, and where it lies.</param>
    /// <param name="target">Receives its first element.</param>
    /// <param name="stride">Elements from one row to the next there.</param>
    public static void ReadState(World world, long step, int vector, StateBox source, float* target, long stride)
    {
        RegionHeader header = ReadHeader(world, source.Rank);
        long at = (((RankMemory.StateVectors / 2 * (step & 1)) + vector) * header.StateCount) + source.Offset;
        (long rows, long columns) = (source.Box.Rows, source.Box.Columns);
        if (rows == 1 || (source.Stride == columns && stride == columns))
        {
            (rows, columns) = (1, rows * columns);
        }

        for (long row = 0; row < rows; row++)
        {
            world.Read(source.Rank, header.StateOffset + ((at + (row * source.Stride)) * sizeof(float)), target + (row * stride), columns * sizeof(float));
        }
    }

    /// <summary>Puts a whole parameter together from the ranks that keep it.</summary>
    /// <param name="world">This epoch's world.</param>
    /// <param name="states">Which rank keeps what.</param>
    /// <param name="parameter">Index of the parameter.</param>
    /// <param name="whole">All of it.</param>
    /// <param name="step">As in <see cref="ReadState"/>.</param>
    /// <param name="vector">As there.</param>
    /// <param name="target">Receives it.</param>
    public static void ReadParameter(World world, StateMap states, int parameter, ParameterBox whole, long step, int vector, float* target)
    {
        foreach (StateBox found in states.Find(parameter, whole, world.Rank))
        {
            ReadState(world, step, vector, found, target + (found.Box.Row * whole.Columns) + found.Box.Column, whole.Columns);
        }
    }

    /// <summary>A rank's record of a step.</summary>
    public static StepRecord ReadRecord(World world, int rank, long step)
    {
        RegionHeader header = ReadHeader(world, rank);
        return (step & 1) == 0 ? header.Even : header.Odd;
    }

    private nint KeptSums => Program.KeepsSums ? At(Memory.Sums) : At(Memory.Gradients);

    private nint At(MemorySpan span) => At(span.Offset);

    private static RegionHeader ReadHeader(World world, int rank)
    {
        RegionHeader header;
        world.Read(rank, 0, &header, Unsafe.SizeOf<RegionHeader>());
        return header;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct RegionHeader
    {
        public long StateOffset;
        public long StateCount;
        public StepRecord Even;
        public StepRecord Odd;
    }
}
