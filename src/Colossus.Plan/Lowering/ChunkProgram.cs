using Colossus.Plan.Programs;

namespace Colossus.Plan.Lowering;

/// <summary>What a rank executes for one chunk of the model and one micro-batch: three passes of training and one of evaluation, with every value's place in memory.</summary>
public sealed class ChunkProgram
{
    internal ChunkProgram()
    {
    }

    /// <summary>The residual stream that enters, received from the chunk before; null for the chunk of the embedding.</summary>
    public required Value? Input { get; init; }

    /// <summary>The residual stream that leaves, sent to the chunk behind; null for the chunk of the head.</summary>
    public required Value? Output { get; init; }

    /// <summary>The gradient of <see cref="Output"/>, received from the chunk behind; null for the chunk of the head.</summary>
    public required Value? OutputGradient { get; init; }

    /// <summary>The gradient of <see cref="Input"/>, sent to the chunk before; null for the chunk of the embedding.</summary>
    public required Value? InputGradient { get; init; }

    /// <summary>The forward pass; without the head, which runs with its gradients.</summary>
    public required Pass Forward { get; init; }

    /// <summary>The backward pass, with what is computed again.</summary>
    public required Pass Backward { get; init; }

    /// <summary>Gradients of weights, where they are computed apart; else empty.</summary>
    public required Pass WeightGradients { get; init; }

    /// <summary>The forward pass of an evaluation: the head too, and nothing kept.</summary>
    public required Pass Evaluation { get; init; }

    /// <summary>Bytes that one micro-batch keeps from its forward to its backward pass.</summary>
    public required long ForwardToBackwardBytes { get; init; }

    /// <summary>Bytes that one micro-batch keeps from its forward pass to that of weight gradients.</summary>
    public required long ForwardToWeightsBytes { get; init; }

    /// <summary>Bytes that one micro-batch keeps from its backward pass to that of weight gradients.</summary>
    public required long BackwardToWeightsBytes { get; init; }

    /// <summary>Most scratch that a pass uses.</summary>
    public long ScratchBytes => new[] { Forward, Backward, WeightGradients, Evaluation }.Max(pass => pass.ScratchBytes);

    /// <summary>Most bytes of <see cref="Area.Exchange"/> that a pass uses.</summary>
    public long ExchangeBytes => new[] { Forward, Backward, WeightGradients, Evaluation }.Max(pass => pass.ExchangeBytes);

    /// <summary>Bytes of an area for one micro-batch.</summary>
    /// <param name="area">Which.</param>
    public long BytesOf(Area area) => area switch
    {
        Area.ForwardToBackward => ForwardToBackwardBytes,
        Area.ForwardToWeights => ForwardToWeightsBytes,
        Area.BackwardToWeights => BackwardToWeightsBytes,
        Area.Exchange => ExchangeBytes,
        _ => ScratchBytes,
    };
}
