using Colossus.Plan.Layouts;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

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
public sealed class StepPricer
{
    private readonly PriceRates rates;
    private readonly LayerPricer layerPricer;
    private readonly LayerWork layerWork = new();
    private readonly double hostStep;
    private readonly double siteFactor;

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
        this.rates = new PriceRates(model, machine, setup, parameters);
        this.layerPricer = new LayerPricer(rates);
        this.hostStep = rates.OfStack(Parameter.HostStepClassic);
        this.siteFactor = rates[Parameter.SiteFactor];
    }

    /// <summary>Prices a layout.</summary>
    /// <param name="layout">A layout that <see cref="LayoutRules"/> accepts.</param>
    /// <param name="price">Receives the price.</param>
    public void Price(in Layout layout, out StepPrice price)
    {
        var key = new LayerKey(
            layout.Tensor, layout.Context, layout.Expert, layout.MicroBatch, layout.SequenceParallel, layout.Recompute, layout.Zero == 3 ? layout.Data : 0);
        if (key != lastKey)
        {
            lastKey = key;
            layerWork.Fill(rates.Model, layout);
            lastLayer = layerPricer.Price(layerWork, layout);
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
        price.Other += price.Total * rates[Parameter.Jitter] * PriceRates.DoublingsBeyondEight(layout);
        if (siteFactor != 1)
        {
            price.Stretch(siteFactor);
        }
    }

    private void PriceHead(in Layout layout, ref StepPrice price)
    {
        double tokens = layerWork.Tokens;
        double columns = VocabularyRows.OfRank(rates.Model.Vocab, layout.Tensor);
        double forward = rates.WideProducts.Seconds(tokens, columns, rates.Model.Hidden, 1, 2, 2);
        double backward = rates.WideProducts.Seconds(tokens, rates.Model.Hidden, columns, 1, 2, 2) + rates.WideProducts.Seconds(columns, rates.Model.Hidden, tokens, 1, 2, 8);
        double loss = rates.Elementwise * 12 * tokens * columns / rates.Memory;
        price.HeadForward = forward + loss;
        price.HeadBackward = backward + (0.5 * loss);
        price.EmbeddingForward = rates.Elementwise * 8 * layerWork.HiddenElements / rates.Memory;
    }

    private void PriceMessage(in Layout layout, ref StepPrice price)
    {
        if (layout.Pipeline == 1)
        {
            return;
        }

        double bytes = 2 * layerWork.Tokens * rates.Model.Hidden / layout.Tensor;
        price.Message = rates.Fabric.Message(bytes, layout.Ranks / layout.Pipeline);
        price.MessageExposed = price.Message
            * rates[layout.VirtualStages > 1 ? Parameter.PipelineExposedInterleaved : Parameter.PipelineExposed];
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
        bool even = rates.Model.Layers % layout.Chunks == 0;
        for (int stage = 0; stage < stages; stage++)
        {
            if (even && stage > 1 && stage < stages - 1)
            {
                sum += (stages - 3) * ((rates.Model.Layers / stages * perMicroBatch) + messages);
                stage = stages - 1;
            }

            int layers = even ? rates.Model.Layers / stages : StageLayers.OfStage(rates.Model.Layers, layout, stage);
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
        price.Optimizer = rates[Parameter.OptimizerPasses] * 30 * held / rates.Memory;
        if (layout.Zero == 3)
        {
            double table = 2 * TableWeights(layout) / layout.Tensor * (replicas - 1) / replicas;
            price.Data += 3 * rates.Fabric.Ring(table, replicas, layout.Tensor);
            return;
        }

        int stride = layout.Tensor;
        const double gradientBytes = 2;
        double gatherBytes = rates.Narrow ? 1 : 2;
        double denseShare = (double)(replicas - 1) / replicas;
        double expertShare = (expertReplicas - 1) / expertReplicas;
        int expertStride = Math.Max(1, layout.Expert);
        double reduce = rates.Fabric.Ring(gradientBytes * dense * denseShare, replicas, stride)
            + rates.Fabric.Ring(gradientBytes * routed * expertShare, (int)expertReplicas, expertStride);
        double gather = rates.Fabric.Ring(gatherBytes * dense * denseShare, replicas, stride)
            + rates.Fabric.Ring(gatherBytes * routed * expertShare, (int)expertReplicas, expertStride);
        double layers = (double)rates.Model.Layers / layout.Pipeline;
        price.Data += PriceRates.Exposed(reduce, rates.DataHidden * layers * price.LayerBackward);
        price.Data += sharded
            ? PriceRates.Exposed(gather, rates.DataHidden * layers * price.LayerForward)
            : PriceRates.Exposed(gather, 0.5 * rates.DataHidden * layers * price.LayerBackward);
    }

    private (double Dense, double Routed) HeaviestStageWeights(in Layout layout)
    {
        double layers = Math.Ceiling((double)rates.Model.Layers / layout.Pipeline);
        double tables = layout.Pipeline == 1 && !rates.Model.TiedHead ? 2 : 1;
        return (((layers * rates.LayerWeights) + (tables * TableWeights(layout))) / layout.Tensor, layers * rates.RoutedWeights / layout.Expert);
    }

    // Weights of the embedding or of the head on all tensor ranks together, with the rows by which the layout pads them.
    private double TableWeights(in Layout layout) => (double)VocabularyRows.OfRank(rates.Model.Vocab, layout.Tensor) * layout.Tensor * rates.Model.Hidden;

    // What of a layout decides about the prices of a layer and of the head.
    private readonly record struct LayerKey(int Tensor, int Context, int Expert, int MicroBatch, bool SequenceParallel, Recompute Recompute, int ShardedOver);
}
