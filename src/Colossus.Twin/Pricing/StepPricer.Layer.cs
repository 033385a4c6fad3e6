using Colossus.Plan.Layouts;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Specs.Sites;

namespace Colossus.Twin.Pricing;

// One layer, forward and backward, of one micro-batch: the part of a price that most of the fitted quantities are about.
public sealed partial class StepPricer
{
    private double AttentionRate()
    {
        if (accelerator.Generation == AcceleratorGeneration.Cpu)
        {
            return accelerator.PeakFp32 * parameters[Parameter.AttentionCpu];
        }

        Parameter share = accelerator.Generation switch
        {
            AcceleratorGeneration.Ampere => Parameter.AttentionAmpere,
            AcceleratorGeneration.Blackwell => Parameter.AttentionBlackwell,
            AcceleratorGeneration.BlackwellUltra => Parameter.AttentionBlackwellUltra,
            _ => Parameter.AttentionHopper,
        };
        double rate = accelerator.PeakBf16 * parameters[share] * Math.Pow(products.Power, parameters[Parameter.PowerExponent])
            * Math.Pow(Math.Min(1, model.ValueWidth / 128.0), parameters[Parameter.AttentionHeadExponent]);
        if (setup.Stack == SoftwareStack.Sharded || (setup.Stack == SoftwareStack.Plain && accelerator.Generation != AcceleratorGeneration.Ampere))
        {
            rate *= parameters[Parameter.AttentionSharded];
        }

        return rate * model.Sequence / (model.Sequence + parameters[Parameter.AttentionSequenceHalf]);
    }

    private readonly record struct LayerKey(int Tensor, int Context, int Expert, int MicroBatch, bool SequenceParallel, Recompute Recompute, bool Interleaved, int ShardedOver);

    private struct LayerCost
    {
        public double Forward;
        public double Backward;
        public double Tensor;
        public double Expert;
        public double Context;
        public double Data;
        public double WeightGradientShare;
    }

    private LayerCost PriceLayer(in Layout layout)
    {
        LayerWork work = layerWork;
        work.Fill(model, layout);
        double imbalance = layout.Expert > 1 ? parameters[Parameter.ExpertImbalance] : 1;
        double productsForward = 0;
        double inputGradient = 0;
        double weightGradient = 0;
        double quantized = 0;
        foreach (ref readonly MatrixProduct product in work.Products)
        {
            bool expert = product.Kind is ProductKind.ExpertIn or ProductKind.ExpertOut;
            bool router = product.Kind == ProductKind.Router;
            ProductSpeed speed = router ? headProducts : products;
            double slower = expert ? imbalance * (1 + (parameters[Parameter.ExpertHalf] / Math.Min(product.Columns, product.Inner))) : 1;
            double gradientBytes = setup.Stack == SoftwareStack.Sharded ? 2 : 8;
            productsForward += slower * speed.Seconds(product.Rows, product.Columns, product.Inner, product.Count, weightBytes, 2);
            inputGradient += slower * speed.Seconds(product.Rows, product.Inner, product.Columns, product.Count, weightBytes, 2);
            weightGradient += slower * speed.Seconds(product.Columns, product.Inner, product.Rows, product.Count, 2, gradientBytes);
            quantized += router ? 0 : product.Rows * product.Inner * product.Count;
        }

        if (narrow)
        {
            // Inputs are read in 16 bits and written twice in 8 (rows and columns), weights likewise; gradients again in the backward pass.
            double seconds = parameters[Parameter.QuantizePasses] * quantized * 2 / memoryRate;
            productsForward += seconds;
            inputGradient += seconds;
        }

        double attentionForward;
        double attentionBackward;
        if (setup.FlashAttention)
        {
            attentionForward = work.AttentionFlops / attentionRate;
            // Five products instead of two, at a little less speed (arXiv 2307.08691, section 4).
            attentionBackward = attentionForward * 2.5 * 1.15;
        }
        else
        {
            double scores = parameters[Parameter.ScorePasses] * 2 * work.ScoreElements / memoryRate;
            attentionForward = (2 * work.AttentionFlops / (accelerator.PeakBf16 * 0.5)) + scores;
            attentionBackward = 2 * attentionForward;
        }

        double routed = parameters[Parameter.RoutedPasses] * 2 * work.RoutedElements / memoryRate;
        double elementwise = (this.elementwise * 2 * ((hiddenPassesForward * work.HiddenElements) + (2 * work.AttentionElements) + work.InnerElements) / memoryRate) + routed;
        double forward = productsForward + attentionForward + elementwise;
        double backwardOnce = inputGradient + weightGradient + attentionBackward + (1.6 * elementwise);
        double again = layout.Recompute switch
        {
            Recompute.None => 0,
            Recompute.Full => forward,
            _ when !setup.FlashAttention => attentionForward,
            _ when setup.Stack == SoftwareStack.Sharded => (parameters[Parameter.SelectiveSharded] * productsForward) + elementwise,
            _ => parameters[Parameter.SelectiveFused] * elementwise,
        };
        double passesAgain = layout.Recompute == Recompute.Full ? 1 : 0;
        PriceCollectives(layout, out double tensor, out double expertTraffic, out double context);
        double hostForward = HostForward(layout);
        var cost = new LayerCost();
        double busyForward = forward + tensor + expertTraffic + context;
        double busyBackward = backwardOnce + again + ((1 + passesAgain) * (tensor + expertTraffic)) + ((2 + passesAgain) * context);
        if (layout.Zero == 3 && layout.DenseReplicas > 1)
        {
            ShardedTraffic(layout, busyForward, busyBackward, out double gatherExposed, out double reduceExposed);
            busyForward += gatherExposed;
            busyBackward += reduceExposed;
            cost.Data = gatherExposed + reduceExposed;
        }

        double backwardHost = (2 + passesAgain) * hostForward;
        cost.Forward = SmoothMax(busyForward, hostForward);
        cost.Backward = SmoothMax(busyBackward, backwardHost);
        cost.Tensor = (2 + passesAgain) * tensor;
        cost.Expert = (2 + passesAgain) * expertTraffic;
        cost.Context = (3 + passesAgain) * context;
        cost.WeightGradientShare = weightGradient / busyBackward;
        return cost;
    }

    private double HostForward(in Layout layout)
    {
        double host = hostLayer;
        if (model.Experts is not null)
        {
            host += parameters[Parameter.HostExperts] + (parameters[Parameter.HostLocalExpert] * model.Experts.Count / layout.Expert);
        }

        if (layout.Tensor > 1)
        {
            host += (layout.SequenceParallel ? 4 : 2) * parameters[Parameter.HostTensor] * Math.Log2(layout.Tensor);
        }

        return host;
    }

    private void PriceCollectives(in Layout layout, out double tensor, out double expert, out double context)
    {
        tensor = 0;
        expert = 0;
        context = 0;
        foreach (ref readonly Collective collective in layerWork.Collectives)
        {
            double sent = collective.SentBytes / collective.Count;
            switch (collective.Axis)
            {
                case GroupAxis.Tensor:
                    tensor += tensorExposed * collective.Count * fabric.Ring(sent, collective.Ranks, 1);
                    break;
                case GroupAxis.Context:
                    context += parameters[Parameter.ContextExposed] * collective.Count * fabric.Ring(sent, collective.Ranks, layout.Tensor);
                    break;
                default:
                    expert += parameters[Parameter.ExpertExposed] * parameters[Parameter.ExpertImbalance] * collective.Count * fabric.Exchange(collective, model.Experts!.Active);
                    break;
            }
        }
    }

    // Sharded weights are gathered before each pass through a layer and gradients are reduced after it, while the layer before computes.
    private void ShardedTraffic(in Layout layout, double forward, double backward, out double gatherExposed, out double reduceExposed)
    {
        double bytes = 2 * (layerWeights + (routedWeights / layout.Expert)) / layout.Tensor;
        double sent = bytes * (layout.DenseReplicas - 1) / layout.DenseReplicas;
        // Software before flash attention gathered each weight by broadcasts from its owner: the group is as fast as one member's network.
        int stride = setup.Stack == SoftwareStack.Classic ? fabric.Domain : layout.Tensor;
        double gather = fabric.Ring(sent, layout.DenseReplicas, stride);
        double contention = parameters[Parameter.ShardedContention];
        gatherExposed = Exposed(gather, dataHidden * forward);
        reduceExposed = Exposed(2 * gather, dataHidden * backward);
        gatherExposed += contention * (gather - gatherExposed);
        reduceExposed += contention * ((2 * gather) - reduceExposed);
    }
}
