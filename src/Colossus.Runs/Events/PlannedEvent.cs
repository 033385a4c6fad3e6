namespace Colossus.Runs.Events;

/// <summary>What every step of the session will ask of a rank, each figure of the rank that has most of it; memory is that of the rank that holds most.</summary>
/// <param name="Flops">Multiplications and additions a step, with what is computed again.</param>
/// <param name="DataBytesSent">Bytes sent a step to the ranks with the same weights.</param>
/// <param name="PipelineBytesSent">Bytes sent a step to other stages.</param>
/// <param name="StateBytes">Master weights and moments of the optimizer, both copies.</param>
/// <param name="WeightBytes">Working weights and gradients.</param>
/// <param name="ActivationBytes">Activations at their highest.</param>
/// <param name="ExchangeBytes">What is kept to be exchanged: gathered weights, gradients of a micro-batch, messages under way.</param>
/// <param name="SharedBytes">Bytes of shared memory of all ranks together.</param>
public sealed record PlannedEvent(
    double Flops,
    long DataBytesSent,
    long PipelineBytesSent,
    long StateBytes,
    long WeightBytes,
    long ActivationBytes,
    long ExchangeBytes,
    long SharedBytes) : RunEvent
{
    /// <summary>Bytes sent a step to the ranks that share each matrix.</summary>
    public long TensorBytesSent { get; init; }

    /// <summary>Bytes sent a step to the ranks that share each sequence.</summary>
    public long ContextBytesSent { get; init; }

    /// <summary>Bytes sent a step to the ranks that share the experts.</summary>
    public long ExpertBytesSent { get; init; }

    /// <summary>Bytes that the rank holds.</summary>
    public long HeldBytes => StateBytes + WeightBytes + ActivationBytes + ExchangeBytes;
}
