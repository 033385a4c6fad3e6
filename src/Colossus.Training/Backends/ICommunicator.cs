using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Schedules;

namespace Colossus.Training.Backends;

/// <summary>What a rank does together with others in the midst of a step. Collectives return at once; their waits are operations of their own.</summary>
internal interface ICommunicator
{
    /// <summary>Waits for the message with which a pass begins.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="target">Receives it.</param>
    void Receive(PipelineAction pass, DeviceMemory target);

    /// <summary>Sends the message with which a pass ends.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="source">What is sent; free to be written again afterwards.</param>
    void Send(PipelineAction pass, DeviceMemory source);

    /// <summary>A collective of a pass, or the wait for one.</summary>
    /// <param name="operation">What to do.</param>
    /// <param name="memory">Where its values lie.</param>
    /// <param name="microBatch">The micro-batch, from 0.</param>
    void Run(Communication operation, IOperationMemory memory, int microBatch);
}
