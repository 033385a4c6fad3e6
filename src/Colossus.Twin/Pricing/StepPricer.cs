using Colossus.Plan.Layouts;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Specs.Sites;

namespace Colossus.Twin.Pricing;

/// <summary>
/// Prices one step of a model in any layout on one machine. The pipeline is priced in closed form here; the timeline runs the schedule's own actions.
/// One object serves one thread; pricing allocates nothing.
/// </summary>
/// <remarks>
/// The order of a price: one layer forward and backward (products, attention, elementwise work, host, collectives and what hides them), the stages that
/// layers, embedding and head add up to, the pipeline over them, gradient reduction, optimizer, and what grows with the number of ranks.
/// docs/twin.md explains each term and where it stops being valid.
/// </remarks>
public sealed partial class StepPricer
{
    private const double hiddenPassesForward = 10;
    private readonly ModelShape model;
    private readonly TrainingSetup setup;
    private readonly TwinParameters parameters;
    private readonly AcceleratorSpec accelerator;
    private readonly ProductSpeed products;
    private readonly ProductSpeed headProducts;
    private readonly FabricSpeed fabric;
    private readonly LayerWork layerWork = new();
    private readonly double memoryRate;
    private readonly double attentionRate;
    private readonly double elementwise;
    private readonly double hostLayer;
    private readonly double hostStep;
    private readonly double tensorExposed;
    private readonly double dataHidden;
    private readonly double siteFactor;
    private readonly double weightBytes;
    private readonly bool narrow;
    private readonly double layerWeights;
    private readonly double routedWeights;

    // What one layer costs depends on few axes; a search varies the others many times before it changes one of these.
    private LayerKey lastKey;
    private LayerCost lastLayer;
    private StepPrice lastPrice;

    /// <summary>Makes a pricer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="setup">Format and software.</param>
    /// <param name="parameters">Fitted quantities.</param>
    public StepPricer(ModelShape model, Machine machine, TrainingSetup setup, TwinParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(parameters);
        this.model = model;
        this.setup = setup;
        this.parameters = parameters;
        this.accelerator = machine.Accelerator;
        this.products = new ProductSpeed(accelerator, setup.Format, setup.Stack, parameters);
        MatrixFormat wide = setup.Format == MatrixFormat.Fp32 ? MatrixFormat.Fp32 : MatrixFormat.Bf16;
        this.headProducts = new ProductSpeed(accelerator, wide, setup.Stack, parameters);
        this.fabric = new FabricSpeed(machine, parameters);
        this.memoryRate = accelerator.MemoryBandwidth * parameters[Parameter.MemoryEfficiency];
        this.attentionRate = AttentionRate();
        this.elementwise = parameters[Pick(Parameter.ElementwiseClassic)];
        this.hostLayer = parameters[Pick(Parameter.HostClassic)];
        this.hostStep = parameters[Pick(Parameter.HostStepClassic)];
        this.tensorExposed = parameters[Pick(Parameter.TensorExposedClassic)];
        this.dataHidden = parameters[Pick(Parameter.DataHiddenClassic)];
        this.siteFactor = parameters[Parameter.SiteFactor];
        this.narrow = setup.Format is MatrixFormat.Fp8 or MatrixFormat.Mxfp8 or MatrixFormat.Nvfp4;
        this.weightBytes = setup.Format switch { MatrixFormat.Fp32 => 4, MatrixFormat.Nvfp4 => 0.56, _ when narrow => 1, _ => 2 };
        this.layerWeights = ParameterCount.LayerWithoutRoutedExperts(model);
        this.routedWeights = ParameterCount.RoutedExperts(model);
    }

    /// <summary>Prices a layout.</summary>
    /// <param name="layout">A layout that <see cref="LayoutRules"/> accepts.</param>
    /// <param name="price">Receives the price.</param>
    public void Price(in Layout layout, out StepPrice price)
    {
        var key = new LayerKey(
            layout.Tensor, layout.Context, layout.Expert, layout.MicroBatch, layout.SequenceParallel, layout.Recompute, layout.VirtualStages > 1, layout.Zero == 3 ? layout.Data : 0);
        if (key != lastKey)
        {
            lastKey = key;
            lastLayer = PriceLayer(layout);
            lastPrice = default;
            PriceHead(layout, ref lastPrice);
            lastPrice.LayerForward = lastLayer.Forward;
            lastPrice.LayerBackward = lastLayer.Backward;
            lastPrice.WeightGradientShare = lastLayer.WeightGradientShare;
        }

        price = lastPrice;
        PriceMessage(layout, ref price);
        PricePipeline(layout, lastLayer, ref price);
        PriceDataParallel(layout, ref price);
        price.Other += hostStep;
        double doublings = Math.Max(0, Math.Log2(layout.Ranks / 8.0));
        price.Other += price.Total * parameters[Parameter.Jitter] * doublings;
        if (siteFactor != 1)
        {
            price.Stretch(siteFactor);
        }
    }

    private Parameter Pick(Parameter classic) => classic + (int)setup.Stack;

    private void PriceHead(in Layout layout, ref StepPrice price)
    {
        double tokens = layerWork.Tokens;
        double columns = VocabularyRows.OfRank(model.Vocab, layout.Tensor);
        double forward = headProducts.Seconds(tokens, columns, model.Hidden, 1, 2, 2);
        double backward = headProducts.Seconds(tokens, model.Hidden, columns, 1, 2, 2) + headProducts.Seconds(columns, model.Hidden, tokens, 1, 2, 8);
        double loss = elementwise * 12 * tokens * columns / memoryRate;
        price.HeadForward = forward + loss;
        price.HeadBackward = backward + (0.5 * loss);
        price.EmbeddingForward = elementwise * 8 * layerWork.HiddenElements / memoryRate;
    }

    private void PriceMessage(in Layout layout, ref StepPrice price)
    {
        if (layout.Pipeline == 1)
        {
            return;
        }

        double bytes = 2 * layerWork.Tokens * model.Hidden / layout.Tensor;
        price.Message = fabric.Message(bytes, layout.Ranks / layout.Pipeline);
        price.MessageExposed = price.Message
            * parameters[layout.VirtualStages > 1 ? Parameter.PipelineExposedInterleaved : Parameter.PipelineExposed];
    }

    private void PricePipeline(in Layout layout, in LayerCost layer, ref StepPrice price)
    {
        int stages = layout.Pipeline;
        double microBatches = layout.MicroBatches;
        double slowest = 0;
        double sum = 0;
        int slowestLayers = 0;
        double slowestEnds = 0;
        double perMicroBatch = layer.Forward + layer.Backward;
        double messages = stages == 1 ? 0 : 2 * layout.VirtualStages * price.MessageExposed;
        // Where the layers divide, all stages but the first and the last are alike.
        bool even = model.Layers % layout.Chunks == 0;
        for (int stage = 0; stage < stages; stage++)
        {
            if (even && stage > 1 && stage < stages - 1)
            {
                sum += (stages - 3) * ((model.Layers / stages * perMicroBatch) + messages);
                stage = stages - 1;
            }

            int layers = even ? model.Layers / stages : StageLayers.OfStage(model.Layers, layout, stage);
            double ends = EndsOf(stage, stages, price);
            double busy = (layers * perMicroBatch) + ends + messages;
            sum += busy;
            if (busy > slowest)
            {
                slowest = busy;
                slowestLayers = layers;
                slowestEnds = ends;
            }
        }

        double others = (sum - slowest) / layout.VirtualStages;
        if (layout.Schedule == PipelineSchedule.ZeroBubble)
        {
            others *= 1 - (layer.WeightGradientShare * layer.Backward / perMicroBatch);
        }

        if (layout.VirtualStages > 1 && microBatches < stages)
        {
            // With fewer micro-batches than stages each round of chunks lasts as long as one micro-batch's way through all stages.
            others += slowest * (stages - microBatches) * (layout.VirtualStages - 1) / layout.VirtualStages;
        }

        double crossing = 2 * (stages - 1) * (price.Message - price.MessageExposed);
        price.Tensor = microBatches * slowestLayers * layer.Tensor;
        price.Expert = microBatches * slowestLayers * layer.Expert;
        price.Context = microBatches * slowestLayers * layer.Context;
        price.Data = microBatches * slowestLayers * layer.Data;
        price.Pipeline = microBatches * messages;
        price.Compute = (microBatches * ((slowestLayers * perMicroBatch) + slowestEnds)) - price.Tensor - price.Expert - price.Context - price.Data;
        price.Bubble = others + crossing;
    }

    private static double EndsOf(int stage, int stages, in StepPrice price) =>
        (stage == 0 ? 2 * price.EmbeddingForward : 0) + (stage == stages - 1 ? price.HeadForward + price.HeadBackward : 0);

    private void PriceDataParallel(in Layout layout, ref StepPrice price)
    {
        (double dense, double routed) = HeaviestStageWeights(layout);
        int replicas = layout.DenseReplicas;
        bool sharded = layout.Zero >= 1;
        double expertReplicas = layout.ExpertReplicas;
        double held = sharded ? (dense / replicas) + (routed / expertReplicas) : dense + routed;
        price.Optimizer = parameters[Parameter.OptimizerPasses] * 30 * held / memoryRate;
        if (layout.Zero == 3)
        {
            double table = 2 * TableWeights(layout) / layout.Tensor * (replicas - 1) / replicas;
            price.Data += 3 * fabric.Ring(table, replicas, layout.Tensor);
            return;
        }

        int stride = layout.Tensor;
        const double gradientBytes = 2;
        double gatherBytes = narrow ? 1 : 2;
        double denseShare = (double)(replicas - 1) / replicas;
        double expertShare = (expertReplicas - 1) / expertReplicas;
        int expertStride = Math.Max(1, layout.Expert);
        double reduce = fabric.Ring(gradientBytes * dense * denseShare, replicas, stride)
            + fabric.Ring(gradientBytes * routed * expertShare, (int)expertReplicas, expertStride);
        double gather = fabric.Ring(gatherBytes * dense * denseShare, replicas, stride)
            + fabric.Ring(gatherBytes * routed * expertShare, (int)expertReplicas, expertStride);
        double layers = (double)model.Layers / layout.Pipeline;
        price.Data += Exposed(reduce, dataHidden * layers * price.LayerBackward);
        price.Data += sharded
            ? Exposed(gather, dataHidden * layers * price.LayerForward)
            : Exposed(gather, 0.5 * dataHidden * layers * price.LayerBackward);
    }

    private (double Dense, double Routed) HeaviestStageWeights(in Layout layout)
    {
        double layers = Math.Ceiling((double)model.Layers / layout.Pipeline);
        double tables = layout.Pipeline == 1 && !model.TiedHead ? 2 : 1;
        return (((layers * layerWeights) + (tables * TableWeights(layout))) / layout.Tensor, layers * routedWeights / layout.Expert);
    }

    // Weights of the embedding or of the head on all tensor ranks together, with the rows by which the layout pads them.
    private double TableWeights(in Layout layout) => (double)VocabularyRows.OfRank(model.Vocab, layout.Tensor) * layout.Tensor * model.Hidden;

    // What is left of some traffic when a stretch of compute hides it: nothing of a little, all above the stretch of a lot, with a smooth passage.
    private static double Exposed(double traffic, double window) =>
        window <= 0 ? traffic : traffic - (window * (1 - Math.Exp(-traffic / window)));

    private static double SmoothMax(double a, double b)
    {
        double larger = Math.Max(a, b);
        double ratio = Math.Min(a, b) / larger;
        double squared = ratio * ratio;
        return larger * Math.Pow(1 + (squared * squared), 0.25);
    }
}
