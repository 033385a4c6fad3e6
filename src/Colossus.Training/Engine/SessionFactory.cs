using Colossus.Training.Kernels;

namespace Colossus.Training.Engine;

/// <summary>Chooses the types of gradients and working weights that a session reduces and updates.</summary>
internal static class SessionFactory
{
    /// <summary>A session over the state of a group.</summary>
    public static ITrainingSession Create(SessionContext context, SharedState state, StepExecutor executor) => context.Formats switch
    {
        { BfResidual: true } => new TrainingSession<Bf16, Bf16>(context, state, executor),
        { RoundWeights: true } => new TrainingSession<F32, RoundedF32>(context, state, executor),
        _ => new TrainingSession<F32, F32>(context, state, executor),
    };
}
