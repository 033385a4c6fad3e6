using Colossus.Plan.Lowering;
using Colossus.Plan.Programs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Ranks;

/// <summary>What a rank holds for the whole of a run, in bytes: the memory that others read or that outlives the rank, and what is its own.</summary>
/// <remarks>
/// What the ranks with the same weights exchange comes first and lies alike on all of them; what differs between them lies behind it. What tensor or context ranks exchange lies alike on those.
/// </remarks>
public sealed class RankMemory
{
    private RankMemory()
    {
    }

    /// <summary>What ranks agree on at the end of a step, and where the state lies.</summary>
    public required MemorySpan Header { get; init; }

    /// <summary>Gradients of this rank's micro-batches, kept for the whole step; none where they are reduced at every micro-batch.</summary>
    public required MemorySpan Gradients { get; init; }

    /// <summary>The same summed in 32 bits; see <see cref="RankProgram.KeepsSums"/>.</summary>
    public required MemorySpan Sums { get; init; }

    /// <summary>The same summed as 64-bit integers; see <see cref="RankProgram.KeepsIntegers"/>.</summary>
    public required MemorySpan Integers { get; init; }

    /// <summary>Gradients of weights of which tensor ranks have copies, while they are summed.</summary>
    public required MemorySpan Copies { get; init; }

    /// <summary>Working weights in the format of the residual stream: all of the rank's buckets, under ZeRO-3 its slices.</summary>
    public required MemorySpan Weights { get; init; }

    /// <summary>The same in the format of products where that is another one; else none.</summary>
    public required MemorySpan Matrices { get; init; }

    /// <summary>Gathered weights and gradients of a micro-batch; see <see cref="Area.Exchange"/>.</summary>
    public required MemorySpan Exchange { get; init; }

    /// <summary>Master weights and both moments, twice: the state of the step before stays whole until all ranks have that of the next.</summary>
    public required MemorySpan State { get; init; }

    /// <summary>Bytes of all of these.</summary>
    public long RegionBytes => State.End;

    /// <summary>Bytes of this rank's slices of summed gradients, where they do not lie in <see cref="Gradients"/> or <see cref="Sums"/>.</summary>
    public required long SliceSumBytes { get; init; }

    /// <summary>Bytes of the same as 64-bit integers, where they do not lie in <see cref="Integers"/>.</summary>
    public required long SliceIntegerBytes { get; init; }

    /// <summary>Bytes of the room for the sums of <see cref="Copies"/>.</summary>
    public required long CopyRoomBytes { get; init; }

    /// <summary>Bytes of the room for this rank's slice of a tied matrix's gradient, as the stage of the head sends it to that of the embedding; 0 where both are one, and on all others.</summary>
    public required long TiedRoomBytes { get; init; }

    /// <summary>Bytes of the messages that may be under way in both directions between this rank's chunks and those behind them, and between an embedding and its tied head. They lie in shared memory, beside the regions.</summary>
    public required long MailBytes { get; init; }

    /// <summary>Activations at their highest.</summary>
    public required long ActivationBytes { get; init; }

    /// <summary>Everything.</summary>
    public long TotalBytes => RegionBytes + SliceSumBytes + SliceIntegerBytes + CopyRoomBytes + TiedRoomBytes + MailBytes + ActivationBytes;

    /// <summary>Sums up what a rank holds.</summary>
    /// <param name="program">What it does.</param>
    public static RankMemory Of(RankProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        Layout layout = program.Layout;
        NumberFormats formats = program.Formats;
        RankBuckets buckets = program.Buckets;
        long slices = buckets.Indices.Sum(program.SliceCount);
        long weights = layout.Zero == 3 ? buckets.Indices.Where(bucket => !buckets.IsAlias(bucket)).Sum(program.SliceCount) : buckets.WeightCount;
        bool receivesTied = buckets.TiedStage is not null && program.TiedSource is { } source && buckets.Indices.Contains(source);
        long tiedRoom = receivesTied ? program.TiedSlice.Count * sizeof(float) : 0;
        long end = 0;
        MemorySpan Take(long bytes)
        {
            var span = new MemorySpan(end, AreaBuilder.Rounded(bytes));
            end = span.End;
            return span;
        }

        return new RankMemory
        {
            Header = Take(HeaderBytes),
            Gradients = Take(layout.Zero >= 2 ? 0 : buckets.GradientCount * formats.ResidualBytes),
            Sums = Take(program.KeepsSums ? buckets.GradientCount * sizeof(float) : 0),
            Integers = Take(program.KeepsIntegers ? buckets.GradientCount * sizeof(long) : 0),
            Exchange = Take(program.Chunks.Max(chunk => chunk.Program.ExchangeBytes)),
            Copies = Take(program.SummedOverCopiesCount * sizeof(float)),
            Weights = Take(weights * formats.ResidualBytes),
            Matrices = Take(formats.SeparateMatrices ? weights * formats.BytesOf(ValueFormat.Product) : 0),
            State = Take(StateVectors * program.StateCount * sizeof(float)),
            SliceSumBytes = program.SumsInPlace ? 0 : slices * sizeof(float),
            SliceIntegerBytes = formats.ExactSums && !program.KeepsIntegers ? slices * sizeof(long) : 0,
            CopyRoomBytes = program.SummedOverCopiesCount * sizeof(float),
            TiedRoomBytes = tiedRoom,
            MailBytes = 2 * (tiedRoom + program.Chunks.Sum(chunk => chunk.Program.Output is null ? 0 : program.MailEntries(chunk) * program.MessageBytes)),
            ActivationBytes = program.ActivationBytes,
        };
    }

    /// <summary>Bytes of <see cref="Header"/>.</summary>
    public const long HeaderBytes = 4096;

    /// <summary>Vectors of the state: weights and both moments, before and after a step.</summary>
    public const int StateVectors = 6;
}
