using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Schedules;
using Colossus.Training.Backends;

namespace Colossus.Training.Tests.Backends;

/// <summary>Has the memory counted that exchanges of rows use.</summary>
/// <param name="inner">Does them.</param>
/// <param name="counts">Counts.</param>
internal sealed class CountingCommunicator(ICommunicator inner, CountingBackend counts) : ICommunicator
{
    public void Receive(PipelineAction pass, DeviceMemory target) => inner.Receive(pass, target);

    public void Send(PipelineAction pass, DeviceMemory source) => inner.Send(pass, source);

    public void Run(Communication operation, IOperationMemory memory, int microBatch)
    {
        if (operation is RowCommunication rows)
        {
            counts.Count(rows, memory);
        }

        inner.Run(operation, memory, microBatch);
    }
}
