using Colossus.Plan.Parameters;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;

namespace Colossus.Cli.Train;

/// <summary>What a model costs.</summary>
/// <param name="Parameters">Trained values.</param>
/// <param name="FlopsPerToken">Model FLOPs of forward and backward pass a token.</param>
internal sealed record ModelSize(long Parameters, double FlopsPerToken)
{
    /// <summary>Of a model of ours.</summary>
    public static ModelSize Of(ModelSpec model) => new(ParameterTable.For(model).ParameterCount, ModelFlops.OfStep(ModelShape.From(model), 1, FlopConvention.ModelCausal) / model.Sequence);
}
