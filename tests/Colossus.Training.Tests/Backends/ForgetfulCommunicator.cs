using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Schedules;
using Colossus.Training.Backends;

namespace Colossus.Training.Tests.Backends;

/// <summary>Leaves out what a mistake in the lowering would leave out.</summary>
/// <param name="inner">Does all else.</param>
/// <param name="forgets">What is left out.</param>
internal sealed class ForgetfulCommunicator(ICommunicator inner, Func<Communication, bool> forgets) : ICommunicator
{
    public void Receive(PipelineAction pass, DeviceMemory target) => inner.Receive(pass, target);

    public void Send(PipelineAction pass, DeviceMemory source) => inner.Send(pass, source);

    public void Run(Communication operation, IOperationMemory memory, int microBatch)
    {
        if (!forgets(operation))
        {
            inner.Run(operation, memory, microBatch);
        }
    }
}
