using Colossus.Plan.Programs;
using Colossus.Training.Backends;

namespace Colossus.Training.Tests.Backends;

/// <summary>Runs every operation of the last micro-batch twice.</summary>
internal sealed class StutteringBackend(IBackend inner) : IBackend
{
    public DeviceMemory Allocate(long bytes) => inner.Allocate(bytes);

    public IBoundOperation Bind(Operation operation, IOperationMemory memory) => new Twice(inner.Bind(operation, memory));

    public void Unbind() => inner.Unbind();

    public IReadOnlyList<double> TakeLosses() => inner.TakeLosses();

    public IReadOnlyDictionary<int, long[]> TakeLoads() => inner.TakeLoads();

    public void Dispose() => inner.Dispose();

    private sealed class Twice(IBoundOperation inner) : IBoundOperation
    {
        public void Run(PassArguments arguments)
        {
            inner.Run(arguments);
            if (arguments.MicroBatch > 0)
            {
                inner.Run(arguments);
            }
        }
    }
}
