using Colossus.Specs.Jobs;

namespace Colossus.Plan.Work;

/// <summary>Numbers of weights, exact for the models that Colossus trains.</summary>
public static class ParameterCount
{
    /// <summary>Weights of the matrices of the attention part of one layer.</summary>
    /// <param name="model">The model.</param>
    public static double Attention(ModelShape model)
    {
        ArgumentNullException.ThrowIfNull(model);
        double hidden = model.Hidden;
        double output = (double)model.Heads * model.ValueWidth * hidden;
        if (model.Latent is not LatentAttention latent)
        {
            return (hidden * model.Heads * model.HeadWidth) + (2 * hidden * model.KvHeads * model.HeadWidth) + output;
        }

        double queries = (double)model.Heads * model.ScoreWidth;
        return (latent.QueryRank > 0 ? latent.QueryRank * (hidden + queries) : hidden * queries)
            + (hidden * (latent.KeyValueRank + latent.RotaryWidth))
            + ((double)latent.KeyValueRank * model.Heads * (latent.PlainWidth + latent.ValueWidth))
            + output;
    }

    /// <summary>Weights of the matrices of a dense feed-forward part.</summary>
    /// <param name="model">The model.</param>
    public static double DenseFfn(ModelShape model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return (double)model.FfnMatrices * model.Hidden * model.Ffn;
    }

    /// <summary>Weights of one expert; 0 for a dense model.</summary>
    /// <param name="model">The model.</param>
    public static double Expert(ModelShape model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Experts is ExpertsSpec experts ? (double)model.FfnMatrices * model.Hidden * experts.Ffn : 0;
    }

    /// <summary>Weights of norms and biases of one layer; experts have no biases.</summary>
    /// <param name="model">The model.</param>
    /// <param name="dense">Whether its feed-forward part is dense.</param>
    public static double LayerVectors(ModelShape model, bool dense)
    {
        ArgumentNullException.ThrowIfNull(model);
        double norms = (model.PostNorm ? 4.0 : 2.0) * model.NormVectors * model.Hidden;
        double heads = model.QueryKeyNorm ? 2.0 * model.HeadWidth : 0;
        double narrow = model.Latent is null ? 0 : model.NormVectors * (model.Latent.QueryRank + model.Latent.KeyValueRank);
        double attention = (model.Latent is LatentAttention latent ? LatentBiases(model, latent) : (double)(model.Heads + (2 * model.KvHeads)) * model.HeadWidth) + model.Hidden;
        double ffn = dense ? ((model.FfnMatrices - 1.0) * model.Ffn) + model.Hidden : 0;
        return norms + heads + narrow + (model.Biases ? attention + ffn : 0);
    }

    /// <summary>Weights of the table of learned positions; 0 without one.</summary>
    /// <param name="model">The model.</param>
    public static double Positions(ModelShape model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.LearnedPositions ? (double)model.Sequence * model.Hidden : 0;
    }

    /// <summary>Weights of one layer that every rank of a stage holds a share of: all but the routed experts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="dense">Whether it is one of the dense layers of a model with experts.</param>
    public static double LayerWithoutRoutedExperts(ModelShape model, bool dense = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        double common = Attention(model) + LayerVectors(model, dense || model.Experts is null);
        return model.Experts is ExpertsSpec experts && !dense
            ? common + ((double)model.Hidden * experts.Count) + (experts.BiasRate > 0 ? experts.Count : 0) + (experts.Shared * Expert(model))
            : common + DenseFfn(model);
    }

    /// <summary>Weights of the routed experts of one layer.</summary>
    /// <param name="model">The model.</param>
    public static double RoutedExperts(ModelShape model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Experts is ExpertsSpec experts ? experts.Count * Expert(model) : 0;
    }

    /// <summary>All weights.</summary>
    /// <param name="model">The model.</param>
    public static double Total(ModelShape model) => Sum(model, active: false);

    /// <summary>The weights that one token meets: of the routed experts only those it visits.</summary>
    /// <param name="model">The model.</param>
    public static double Active(ModelShape model) => Sum(model, active: true);

    private static double LatentBiases(ModelShape model, LatentAttention latent) =>
        latent.QueryRank + latent.KeyValueRank + latent.RotaryWidth + ((double)model.Heads * (latent.ScoreWidth + latent.PlainWidth + latent.ValueWidth));

    private static double Sum(ModelShape model, bool active)
    {
        ArgumentNullException.ThrowIfNull(model);
        int routed = model.Experts is ExpertsSpec experts ? (active ? experts.Active : experts.Count) : 0;
        return ((double)model.Vocab * model.Hidden * (model.TiedHead ? 1 : 2))
            + (model.NormVectors * model.Hidden)
            + Positions(model)
            + ((model.Layers - model.DenseLayers) * (LayerWithoutRoutedExperts(model) + (routed * Expert(model))))
            + (model.DenseLayers * LayerWithoutRoutedExperts(model, dense: true));
    }
}
