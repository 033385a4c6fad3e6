namespace Colossus.Specs.Jobs;

/// <summary>AdamW with decoupled decay (arXiv 1711.05101) and its learning-rate schedule. Norms and biases do not decay.</summary>
/// <param name="LearningRate">Peak learning rate.</param>
/// <param name="Warmup">Steps of linear warm-up from 0; default 20, or a tenth of all steps if that is less.</param>
/// <param name="Schedule">What follows the warm-up; default cosine.</param>
/// <param name="MinimumRate">Where cosine and linear end, as a share of the peak; default 0.1.</param>
/// <param name="WeightDecay">Decay of matrices a unit of learning rate; default 0.1.</param>
/// <param name="Beta1">Decay of the mean of gradients; default 0.9.</param>
/// <param name="Beta2">Decay of the mean of squares; default 0.95.</param>
/// <param name="Epsilon">Added to the root of the mean square; default 1e-8.</param>
/// <param name="Clip">Largest global norm of the gradient; 0 for no clipping; default 1.</param>
public sealed record OptimizerSpec(
    double LearningRate = 1e-3,
    int Warmup = 20,
    Schedule Schedule = Schedule.Cosine,
    double MinimumRate = 0.1,
    double WeightDecay = 0.1,
    double Beta1 = 0.9,
    double Beta2 = 0.95,
    double Epsilon = 1e-8,
    double Clip = 1.0);
