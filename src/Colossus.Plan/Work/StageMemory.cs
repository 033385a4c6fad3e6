namespace Colossus.Plan.Work;

/// <summary>Memory of one rank of one pipeline stage, bytes.</summary>
/// <param name="Weights">Weights in the format of computation.</param>
/// <param name="Gradients">Gradients.</param>
/// <param name="Optimizer">Optimizer state.</param>
/// <param name="Activations">Activations of all micro-batches in flight, at their highest.</param>
public readonly record struct StageMemory(double Weights, double Gradients, double Optimizer, double Activations)
{
    /// <summary>The sum.</summary>
    public double Total => Weights + Gradients + Optimizer + Activations;
}
