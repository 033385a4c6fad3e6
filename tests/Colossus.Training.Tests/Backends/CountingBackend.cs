using Colossus.Plan.Lowering;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Programs.Operations;
using Colossus.Training.Backends;

namespace Colossus.Training.Tests.Backends;

/// <summary>A backend that counts what another one does: FLOPs of the operations that run, bytes that are taken, and how far they are used.</summary>
internal sealed unsafe class CountingBackend(IBackend inner, NumberFormats formats, DeviceMemory exchange, bool computes) : IBackend
{
    private readonly List<Taken> taken = [];

    /// <summary>Multiplications and additions of the operations that ran.</summary>
    public double Flops { get; private set; }

    /// <summary>Bytes of all memory taken.</summary>
    public long TakenBytes => taken.Sum(memory => memory.Memory.Bytes);

    /// <summary>Bytes of it up to the last that an operation read or wrote, in lines of <see cref="AreaBuilder.Alignment"/>.</summary>
    public long UsedBytes => taken.Sum(memory => AreaBuilder.Rounded(memory.Used));

    public DeviceMemory Allocate(long bytes)
    {
        DeviceMemory memory = inner.Allocate(bytes);
        taken.Add(new Taken(memory));
        return memory;
    }

    public IBoundOperation Bind(Operation operation, IOperationMemory memory)
    {
        var attention = operation as CausalAttention ?? (operation as CausalAttentionGradient)?.Forward;
        nint firstVisible = attention?.FirstVisible is { } first ? memory.Of(first) : 0;
        VisitGroups? groups = operation switch
        {
            GroupedProduct product => product.Groups,
            GroupedInputGradient gradient => gradient.Forward.Groups,
            GroupedWeightGradient gradient => gradient.Forward.Groups,
            _ => null,
        };
        nint counts = computes && groups is not null ? memory.Of(groups.Counts) : 0;
        Func<double> flops = counts != 0 ? () => operation.Flops * new Span<int>((int*)counts, groups!.Experts).ToArray().Sum() / groups.EvenRows
            : firstVisible != 0 ? () => FlopsOfDocuments(attention!.Geometry, (int*)firstVisible) * (operation is CausalAttention ? 1 : 2)
            : () => operation.Flops;
        return new Counted(this, operation, ValuesOf(operation, memory), flops, inner.Bind(operation, memory));
    }

    /// <summary>Counts the memory that an exchange of rows uses.</summary>
    public void Count(RowCommunication operation, IOperationMemory memory)
    {
        foreach (var (address, bytes) in ValuesOf(operation, memory))
        {
            Use(operation, address, bytes);
        }
    }

    public void Unbind() => inner.Unbind();

    public IReadOnlyList<double> TakeLosses() => inner.TakeLosses();

    public IReadOnlyDictionary<int, long[]> TakeLoads() => inner.TakeLoads();

    public void Dispose() => inner.Dispose();

    private (nint Address, long Bytes)[] ValuesOf(Operation operation, IOperationMemory memory) =>
        [.. operation.Reads.Concat(operation.Writes).Distinct().Select(value => (memory.Of(value), value.Count * formats.BytesOf(value.Format)))];

    private void Use(Operation operation, nint address, long bytes)
    {
        // What other ranks read lies in the rank's region.
        if (address >= exchange.Address && address + bytes <= exchange.Address + exchange.Bytes)
        {
            return;
        }

        Taken memory = taken.Find(memory => address >= memory.Memory.Address && address + bytes <= memory.Memory.Address + memory.Memory.Bytes)
            ?? throw new InvalidOperationException($"{operation} uses {bytes} bytes at {address}, which were not taken");
        memory.Used = Math.Max(memory.Used, address + (nint)bytes - memory.Memory.Address);
    }

    private sealed class Taken(DeviceMemory memory)
    {
        public DeviceMemory Memory { get; } = memory;

        public long Used { get; set; }
    }

    // What attention within documents computes is known from where they begin; what experts compute from how many visits they had.
    private static double FlopsOfDocuments(AttentionGeometry geometry, int* firstVisible) => geometry.FlopsOf(Enumerable.Range(0, geometry.Sequences * geometry.Queries.OfSequence)
        .Sum(row => (double)geometry.Queries.PositionOf(row) + 1 - firstVisible[geometry.Queries.TokenOf(row)]));

    private sealed class Counted(CountingBackend counts, Operation operation, (nint Address, long Bytes)[] values, Func<double> flops, IBoundOperation inner) : IBoundOperation
    {
        public void Run(PassArguments arguments)
        {
            counts.Flops += flops();
            foreach (var (address, bytes) in values)
            {
                counts.Use(operation, address, bytes);
            }

            inner.Run(arguments);
        }
    }
}
