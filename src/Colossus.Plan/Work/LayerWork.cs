using Colossus.Plan.Layouts;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Work;

/// <summary>
/// What one rank does in the forward pass of one micro-batch through one layer: matrix products by shape, attention, bytes of elementwise work, collectives.
/// The object is filled again and again by <see cref="Fill"/>, so that a search over layouts allocates nothing.
/// </summary>
public sealed class LayerWork
{
    private const int elementBytes = 2;
    private readonly MatrixProduct[] products = new MatrixProduct[12];
    private readonly Collective[] collectives = new Collective[4];
    private int productCount;
    private int collectiveCount;

    /// <summary>The matrix products.</summary>
    public ReadOnlySpan<MatrixProduct> Products => products.AsSpan(0, productCount);

    /// <summary>The collectives inside the layer, forward.</summary>
    public ReadOnlySpan<Collective> Collectives => collectives.AsSpan(0, collectiveCount);

    /// <summary>Tokens of the micro-batch on this rank, before sequence parallelism shares them.</summary>
    public double Tokens { get; private set; }

    /// <summary>Operations of attention scores and of their product with the values, the causal half.</summary>
    public double AttentionFlops { get; private set; }

    /// <summary>Elements of the attention scores, the full square.</summary>
    public double ScoreElements { get; private set; }

    /// <summary>Elements as wide as the residual stream on this rank: tokens (shared by sequence parallelism) times width.</summary>
    public double HiddenElements { get; private set; }

    /// <summary>Elements inside the attention part (queries, keys, values) on this rank.</summary>
    public double AttentionElements { get; private set; }

    /// <summary>Elements inside the feed-forward part on this rank, with those of the gate.</summary>
    public double InnerElements { get; private set; }

    /// <summary>Elements that move to and from experts on this rank: tokens times experts visited times width.</summary>
    public double RoutedElements { get; private set; }

    /// <summary>Matrix products' operations.</summary>
    public double ProductFlops
    {
        get
        {
            double sum = 0;
            foreach (ref readonly MatrixProduct product in Products)
            {
                sum += product.Flops;
            }

            return sum;
        }
    }

    /// <summary>Describes the forward pass of one micro-batch through one layer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">A layout that <see cref="LayoutRules"/> accepts.</param>
    /// <param name="dense">Whether the layer is a dense one of a model with experts.</param>
    public void Fill(ModelShape model, in Layout layout, bool dense = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        this.productCount = 0;
        this.collectiveCount = 0;
        double tensor = layout.Tensor;
        Tokens = (double)layout.MicroBatch * model.Sequence / layout.Context;
        HiddenElements = Tokens / layout.SequenceShards * model.Hidden;
        AttentionFlops = ModelFlops.ScoresForward(model, Tokens, causal: true) / tensor;
        ScoreElements = Tokens * model.Sequence * model.Heads / tensor;
        InnerElements = 0;
        RoutedElements = 0;
        FillAttention(model, tensor);
        if (model.Experts is ExpertsSpec experts && !dense)
        {
            FillExperts(model, layout, experts);
        }
        else
        {
            double width = model.Ffn / tensor;
            double inputs = width * (model.FfnMatrices - 1);
            Add(new MatrixProduct(ProductKind.FfnIn, Tokens, inputs, model.Hidden, 1));
            Add(new MatrixProduct(ProductKind.FfnOut, Tokens, model.Hidden, width, 1));
            InnerElements += Tokens * (inputs + width);
        }

        AddTensorCollectives(model, layout);
    }

    private void FillAttention(ModelShape model, double tensor)
    {
        double heads = model.Heads / tensor;
        double kvHeads = Math.Max(1, model.KvHeads / tensor);
        if (model.Latent is LatentAttention latent)
        {
            Add(new MatrixProduct(ProductKind.AttentionIn, Tokens, latent.QueryRank + latent.KeyValueRank + latent.RotaryWidth, model.Hidden, 1));
            Add(latent.QueryRank > 0
                ? new MatrixProduct(ProductKind.AttentionExpand, Tokens, heads * model.ScoreWidth, latent.QueryRank, 1)
                : new MatrixProduct(ProductKind.AttentionIn, Tokens, heads * model.ScoreWidth, model.Hidden, 1));
            Add(new MatrixProduct(ProductKind.AttentionExpand, Tokens, heads * (latent.PlainWidth + latent.ValueWidth), latent.KeyValueRank, 1));
            AttentionElements = Tokens * heads * (model.ScoreWidth + latent.PlainWidth + latent.ValueWidth);
        }
        else
        {
            double columns = (heads + (2 * kvHeads)) * model.HeadWidth;
            Add(new MatrixProduct(ProductKind.AttentionIn, Tokens, columns, model.Hidden, 1));
            AttentionElements = Tokens * columns;
        }

        Add(new MatrixProduct(ProductKind.AttentionOut, Tokens, model.Hidden, heads * model.ValueWidth, 1));
    }

    // Experts lie whole on their ranks, spread over consecutive ranks of the stage; tensor ranks send different tokens.
    private void FillExperts(ModelShape model, in Layout layout, ExpertsSpec experts)
    {
        double tokens = Tokens / layout.Tensor;
        double visits = tokens * experts.Active;
        double localExperts = (double)experts.Count / layout.Expert;
        double inputs = (double)experts.Ffn * (model.FfnMatrices - 1);
        Add(new MatrixProduct(ProductKind.Router, tokens, experts.Count, model.Hidden, 1));
        Add(new MatrixProduct(ProductKind.ExpertIn, visits / localExperts, inputs, model.Hidden, localExperts));
        Add(new MatrixProduct(ProductKind.ExpertOut, visits / localExperts, model.Hidden, experts.Ffn, localExperts));
        InnerElements += visits * (inputs + experts.Ffn);
        RoutedElements = visits * model.Hidden;
        if (experts.Shared > 0)
        {
            double width = (double)experts.Shared * experts.Ffn / layout.Tensor;
            double sharedInputs = width * (model.FfnMatrices - 1);
            Add(new MatrixProduct(ProductKind.FfnIn, Tokens, sharedInputs, model.Hidden, 1));
            Add(new MatrixProduct(ProductKind.FfnOut, Tokens, model.Hidden, width, 1));
            InnerElements += Tokens * (sharedInputs + width);
        }

        if (layout.Expert > 1)
        {
            Add(new Collective(CollectiveKind.AllToAll, GroupAxis.Expert, layout.Expert, RoutedElements * elementBytes, 2));
        }
    }

    private void AddTensorCollectives(ModelShape model, in Layout layout)
    {
        if (layout.Context > 1)
        {
            double kvWidth = model.Latent is null ? 2.0 * Math.Max(1, (double)model.KvHeads / layout.Tensor) * model.HeadWidth : 2.0 * model.Heads / layout.Tensor * model.ValueWidth;
            Add(new Collective(CollectiveKind.AllGather, GroupAxis.Context, layout.Context, Tokens * layout.Context * kvWidth * elementBytes, 1));
        }

        if (layout.Tensor == 1)
        {
            return;
        }

        double bytes = Tokens * model.Hidden * elementBytes;
        if (layout.SequenceParallel)
        {
            Add(new Collective(CollectiveKind.AllGather, GroupAxis.Tensor, layout.Tensor, bytes, 2));
            Add(new Collective(CollectiveKind.ReduceScatter, GroupAxis.Tensor, layout.Tensor, bytes, 2));
        }
        else
        {
            Add(new Collective(CollectiveKind.AllReduce, GroupAxis.Tensor, layout.Tensor, bytes, 2));
        }
    }

    private void Add(in MatrixProduct product) => products[productCount++] = product;

    private void Add(in Collective collective) => collectives[collectiveCount++] = collective;
}
