using Colossus.Specs.Jobs;

namespace Colossus.Plan.Work;

/// <summary>Floating-point operations of a training step: a multiplication and an addition count as two, matrix products and attention count, all else does not.</summary>
public static class ModelFlops
{
    /// <summary>Operations of one step.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sequences">Sequences of the step.</param>
    /// <param name="convention">What is counted.</param>
    /// <param name="recompute">What the backward pass computes again; matters for <see cref="FlopConvention.HardwareCausal"/> alone.</param>
    public static double OfStep(ModelShape model, double sequences, FlopConvention convention, Recompute recompute = Recompute.None)
    {
        ArgumentNullException.ThrowIfNull(model);
        double tokens = sequences * model.Sequence;
        if (convention == FlopConvention.SixPerWeight)
        {
            return 6 * ParameterCount.Active(model) * tokens;
        }

        double scores = model.Layers * ScoresForward(model, tokens, causal: convention != FlopConvention.ModelFull);
        double layers = 2 * tokens * LayerWeights(model);
        double head = 2 * tokens * model.Vocab * model.Hidden;
        double again = convention != FlopConvention.HardwareCausal ? 0 : recompute switch
        {
            Recompute.None => 0,
            Recompute.Selective => scores,
            _ => scores + layers,
        };
        return (3 * (scores + layers + head)) + again;
    }

    /// <summary>Model FLOPs of a step whose attention stays within documents, counted as <see cref="FlopConvention.ModelCausal"/>: a sample of one document costs the same.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sequences">Sequences of the step.</param>
    /// <param name="visible">Tokens that a token sees on average, itself included, 1 to (<see cref="ModelShape.Sequence"/> + 1) / 2.</param>
    public static double OfDocuments(ModelShape model, double sequences, double visible)
    {
        double whole = OfStep(model, sequences, FlopConvention.ModelCausal);
        double scores = model.Layers * ScoresForward(model, sequences * model.Sequence, causal: true);

        // Of itself a token counts half.
        return whole - (3 * scores * (1 - ((visible - 0.5) / (0.5 * model.Sequence))));
    }

    /// <summary>Forward operations of the attention scores and of their product with the values, one layer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">Tokens.</param>
    /// <param name="causal">Whether the half above the diagonal is left out.</param>
    public static double ScoresForward(ModelShape model, double tokens, bool causal)
    {
        ArgumentNullException.ThrowIfNull(model);
        return 2 * tokens * model.Sequence * model.Heads * (model.ScoreWidth + model.ValueWidth) * (causal ? 0.5 : 1);
    }

    private static double LayerWeights(ModelShape model)
    {
        if (model.Experts is not ExpertsSpec experts)
        {
            return model.Layers * (ParameterCount.Attention(model) + ParameterCount.DenseFfn(model));
        }

        double sparse = ParameterCount.Attention(model) + ((double)model.Hidden * experts.Count) + ((experts.Active + experts.Shared) * ParameterCount.Expert(model));
        double dense = ParameterCount.Attention(model) + ParameterCount.DenseFfn(model);
        return ((model.Layers - model.DenseLayers) * sparse) + (model.DenseLayers * dense);
    }
}
