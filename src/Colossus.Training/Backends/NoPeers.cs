using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Schedules;

namespace Colossus.Training.Backends;

/// <summary>Passes of a rank that is alone and keeps all its weights and gradients.</summary>
internal sealed class NoPeers : ICommunicator
{
    /// <inheritdoc/>
    public void Receive(PipelineAction pass, DeviceMemory target) => throw new InvalidOperationException($"nobody sends what {pass} waits for");

    /// <inheritdoc/>
    public void Send(PipelineAction pass, DeviceMemory source) => throw new InvalidOperationException($"nobody receives what {pass} sends");

    /// <inheritdoc/>
    public void Run(Communication operation, IOperationMemory memory, int microBatch)
    {
    }
}
