using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Operations;
using Colossus.Training.Backends;
using Colossus.Training.Memory;

namespace Colossus.Training.Tests.Backends;

/// <summary>A backend without arithmetic: memory is there, operations do nothing.</summary>
internal sealed unsafe class IdleBackend : IBackend
{
    private readonly Arena arena = new();

    public DeviceMemory Allocate(long bytes) => new((nint)arena.Take<byte>(bytes), bytes);

    public IBoundOperation Bind(Operation operation, IOperationMemory memory) => operation is Route route ? new NoVisits(route.Routing.Counts, memory) : new Nothing();

    public void Unbind()
    {
    }

    public IReadOnlyList<double> TakeLosses() => [];

    public IReadOnlyDictionary<int, long[]> TakeLoads() => new Dictionary<int, long[]>();

    public void Dispose() => arena.Dispose();

    // What ranks exchange follows from it, so it may not be what lay there before.
    private sealed class NoVisits(Value counts, IOperationMemory memory) : IBoundOperation
    {
        private readonly nint counts = memory.Of(counts);
        private readonly int experts = (int)counts.Count;

        public void Run(PassArguments arguments) => new Span<int>((int*)counts, experts).Clear();
    }

    private sealed class Nothing : IBoundOperation
    {
        public void Run(PassArguments arguments)
        {
        }
    }
}
