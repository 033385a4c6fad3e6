using Colossus.Specs.Jobs;

namespace Colossus.Plan.Parameters;

/// <summary>Floating-point operations that a dense model needs: multiplications and additions of its matrix products, each counted as one.</summary>
/// <remarks>
/// <para>"Model FLOPs" as in arXiv 2204.02311, appendix B: recomputation is not counted, norms and activations neither. The backward pass costs twice the forward pass.</para>
/// <para>Attention is counted as the causal half of the full product: what the result depends on, not what a kernel may compute besides.</para>
/// </remarks>
public static class ModelFlops
{
    /// <summary>Operations a token of one forward pass.</summary>
    /// <param name="model">A dense model.</param>
    /// <returns>FLOPs; for a sequence of the model's length, on average over its tokens.</returns>
    public static double ForwardPerToken(ModelSpec model)
    {
        double attentionWidth = (double)model.Heads * model.HeadWidth;
        double keyValueWidth = 2.0 * model.KvHeads * model.HeadWidth;
        int feedForwardMatrices = model.Activation is Activation.SwiGlu or Activation.GeGlu ? 3 : 2;
        double matrices = (model.Hidden * ((2 * attentionWidth) + keyValueWidth)) + ((double)feedForwardMatrices * model.Hidden * model.Ffn);
        double scoresAndValues = 2 * attentionWidth * (model.Sequence + 1) / 2.0;
        return 2 * ((model.Layers * (matrices + scoresAndValues)) + ((double)model.Hidden * model.Vocab));
    }

    /// <summary>Operations a token of training: forward and backward pass.</summary>
    /// <param name="model">A dense model.</param>
    /// <returns>FLOPs.</returns>
    public static double TrainingPerToken(ModelSpec model) => 3 * ForwardPerToken(model);
}
