using Colossus.Plan.Programs;

namespace Colossus.Training.Backends;

/// <summary>
/// What executes operations: the one seam between the description of a step and hardware. Above it nothing follows an address, knows a number format, or differs between devices.
/// </summary>
internal interface IBackend : IDisposable
{
    /// <summary>Takes memory for as long as the backend lives, zero at first.</summary>
    /// <param name="bytes">Size, 0 or more.</param>
    DeviceMemory Allocate(long bytes);

    /// <summary>Makes an operation ready to run on the memory that its values and weights have.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="memory">Where everything lies.</param>
    /// <param name="addsToGradients">Whether an operation before it in the same micro-batch writes the same gradients.</param>
    IBoundOperation Bind(Operation operation, IOperationMemory memory, bool addsToGradients);

    /// <summary>Forgets all operations that were made ready: the memory of weights and gradients may go. Values keep theirs.</summary>
    void Unbind();

    /// <summary>The sum over tokens of the losses since the last call, nats; waits for what computes them.</summary>
    double TakeLossSum();
}
