using Colossus.Plan.Programs;
using Colossus.Training.Backends;
using Colossus.Training.Memory;

namespace Colossus.Training.Tests.Backends;

/// <summary>A backend without arithmetic: memory is there, operations do nothing.</summary>
internal sealed unsafe class IdleBackend : IBackend
{
    private readonly Arena arena = new();

    public DeviceMemory Allocate(long bytes) => new((nint)arena.Take<byte>(bytes), bytes);

    public IBoundOperation Bind(Operation operation, IOperationMemory memory) => new Nothing();

    public void Unbind()
    {
    }

    public IReadOnlyList<double> TakeLosses() => [];

    public IReadOnlyDictionary<int, long[]> TakeLoads() => new Dictionary<int, long[]>();

    public void Dispose() => arena.Dispose();

    private sealed class Nothing : IBoundOperation
    {
        public void Run(PassArguments arguments)
        {
        }
    }
}
