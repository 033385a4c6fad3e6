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
    IBoundOperation Bind(Operation operation, IOperationMemory memory);

    /// <summary>Forgets all operations that were made ready: the memory of weights and gradients may go. Values keep theirs.</summary>
    void Unbind();

    /// <summary>The losses since the last call: of each micro-batch that passed the head the sum over its tokens, nats. Waits for what computes them.</summary>
    IReadOnlyList<double> TakeLosses();

    /// <summary>The load of experts since the last call: of each layer that routed tokens, how many came to each of its experts. Waits for what counts them.</summary>
    IReadOnlyDictionary<int, long[]> TakeLoads();
}
