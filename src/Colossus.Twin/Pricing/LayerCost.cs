namespace Colossus.Twin.Pricing;

/// <summary>Seconds of one micro-batch in one layer on one rank.</summary>
internal readonly struct LayerCost
{
    /// <summary>Forward pass, with all that nothing hides.</summary>
    public required double Forward { get; init; }

    /// <summary>Backward pass, with what is computed again for it.</summary>
    public required double Backward { get; init; }

    /// <summary>Tensor-parallel collectives within both passes.</summary>
    public required double Tensor { get; init; }

    /// <summary>Traffic to and from experts within both passes.</summary>
    public required double Expert { get; init; }

    /// <summary>Context-parallel traffic within both passes.</summary>
    public required double Context { get; init; }

    /// <summary>Gathering of weights and reduction of gradients within both passes (ZeRO-3).</summary>
    public required double Data { get; init; }

    /// <summary>Part of the backward pass that computes gradients of weights, 0 to 1.</summary>
    public required double WeightGradientShare { get; init; }
}
