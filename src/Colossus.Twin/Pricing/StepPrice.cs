namespace Colossus.Twin.Pricing;

/// <summary>What one optimizer step costs, seconds on the slowest stage; the parts add up to <see cref="Total"/>.</summary>
public struct StepPrice
{
    /// <summary>Matrix products, attention, elementwise work and what the host takes longer than these.</summary>
    public double Compute { get; set; }

    /// <summary>Tensor-parallel collectives that nothing hides.</summary>
    public double Tensor { get; set; }

    /// <summary>Messages between stages that nothing hides.</summary>
    public double Pipeline { get; set; }

    /// <summary>Gradient reduction and weight gathering that nothing hides.</summary>
    public double Data { get; set; }

    /// <summary>Traffic to and from experts that nothing hides.</summary>
    public double Expert { get; set; }

    /// <summary>Context-parallel traffic that nothing hides.</summary>
    public double Context { get; set; }

    /// <summary>Waiting of the pipeline: fill, drain and uneven stages.</summary>
    public double Bubble { get; set; }

    /// <summary>Optimizer.</summary>
    public double Optimizer { get; set; }

    /// <summary>What the framework adds to every step, and waiting for the slowest of many ranks.</summary>
    public double Other { get; set; }

    /// <summary>Forward time of one layer and one micro-batch.</summary>
    public double LayerForward { get; set; }

    /// <summary>Backward time of one layer and one micro-batch, recomputation included.</summary>
    public double LayerBackward { get; set; }

    /// <summary>Forward time of the head and the loss.</summary>
    public double HeadForward { get; set; }

    /// <summary>Backward time of the head and the loss.</summary>
    public double HeadBackward { get; set; }

    /// <summary>Forward time of the embedding.</summary>
    public double EmbeddingForward { get; set; }

    /// <summary>Part of a backward pass that computes gradients of weights.</summary>
    public double WeightGradientShare { get; set; }

    /// <summary>Time that one message between stages takes.</summary>
    public double Message { get; set; }

    /// <summary>The share of <see cref="Message"/> that a stage cannot use for something else.</summary>
    public double MessageExposed { get; set; }

    /// <summary>Makes every time that many times as long.</summary>
    /// <param name="factor">Above 0.</param>
    public void Stretch(double factor)
    {
        Compute *= factor;
        Tensor *= factor;
        Pipeline *= factor;
        Data *= factor;
        Expert *= factor;
        Context *= factor;
        Bubble *= factor;
        Optimizer *= factor;
        Other *= factor;
        LayerForward *= factor;
        LayerBackward *= factor;
        HeadForward *= factor;
        HeadBackward *= factor;
        EmbeddingForward *= factor;
        Message *= factor;
        MessageExposed *= factor;
    }

    /// <summary>The step.</summary>
    public readonly double Total => Compute + Tensor + Pipeline + Data + Expert + Context + Bubble + Optimizer + Other;
}
