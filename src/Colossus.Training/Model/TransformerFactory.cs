using Colossus.Plan.Parameters;
using Colossus.Specs.Jobs;
using Colossus.Training.Engine;
using Colossus.Training.Kernels;

namespace Colossus.Training.Model;

/// <summary>Chooses the model's and the session's number formats: the only place where a precision becomes types.</summary>
internal static class TransformerFactory
{
    /// <summary>A model for micro-batches of the job's size.</summary>
    public static ITransformer Create(ModelSpec model, ParameterTable table, int microBatch, NumberFormats formats) => formats switch
    {
        { BfResidual: true } => new Transformer<Bf16, Bf16>(model, table, microBatch),
        { BfProducts: true } => new Transformer<F32, Bf16>(model, table, microBatch),
        _ => new Transformer<F32, F32>(model, table, microBatch),
    };

    /// <summary>A session over the state of a group.</summary>
    public static ITrainingSession CreateSession(SessionContext context, SharedState state, ITransformer model) => context.Formats switch
    {
        { BfResidual: true } => new TrainingSession<Bf16, Bf16>(context, state, model),
        { RoundWeights: true } => new TrainingSession<F32, RoundedF32>(context, state, model),
        _ => new TrainingSession<F32, F32>(context, state, model),
    };
}
