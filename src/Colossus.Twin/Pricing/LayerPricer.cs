using Colossus.Plan.Layouts;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Specs.Sites;

namespace Colossus.Twin.Pricing;

/// <summary>Prices one layer, forward and backward, of one micro-batch: the part of a step that most of the fitted quantities are about.</summary>
internal sealed class LayerPricer
{
    private const double hiddenPassesForward = 10;
    private readonly PriceRates rates;
    private readonly double attentionRate;
    private readonly double hostLayer;
    private readonly double tensorExposed;
    private readonly double weightBytes;
    private readonly double gradientBytes;

    public LayerPricer(PriceRates rates)
    {
        this.rates = rates;
        this.attentionRate = AttentionRate(rates);
        this.hostLayer = rates.OfStack(Parameter.HostClassic);
        this.tensorExposed = rates.OfStack(Parameter.TensorExposedClassic);
        this.weightBytes = rates.Setup.Format switch { MatrixFormat.Fp32 => 4, MatrixFormat.Nvfp4 => 0.56, _ when rates.Narrow => 1, _ => 2 };
        this.gradientBytes = rates.Setup.Stack == SoftwareStack.Sharded ? 2 : 8;
    }

    /// <summary>Prices a layer.</summary>
    /// <param name="work">What one rank does in the layer, filled for this layout.</param>
    /// <param name="layout">The layout.</param>
    public LayerCost Price(LayerWork work, in Layout layout)
    {
        PriceProducts(work, layout, out double productsForward, out double inputGradient, out double weightGradient);
        PriceAttention(work, out double attentionForward, out double attentionBackward);
        double routed = rates[Parameter.RoutedPasses] * 2 * work.RoutedElements / rates.Memory;
        double elementwise = (rates.Elementwise * 2 * ((hiddenPassesForward * work.HiddenElements) + (2 * work.AttentionElements) + work.InnerElements) / rates.Memory) + routed;
        double forward = productsForward + attentionForward + elementwise;
        double backwardOnce = inputGradient + weightGradient + attentionBackward + (1.6 * elementwise);
        double again = layout.Recompute switch
        {
            Recompute.None => 0,
            Recompute.Full => forward,
            _ when !rates.Setup.FlashAttention => attentionForward,
            _ when rates.Setup.Stack == SoftwareStack.Sharded => (rates[Parameter.SelectiveSharded] * productsForward) + elementwise,
            _ => rates[Parameter.SelectiveFused] * elementwise,
        };
        double passesAgain = layout.Recompute == Recompute.Full ? 1 : 0;
        PriceCollectives(work, layout, out double tensor, out double expert, out double context);
        double busyForward = forward + tensor + expert + context;
        double busyBackward = backwardOnce + again + ((1 + passesAgain) * (tensor + expert)) + ((2 + passesAgain) * context);
        double data = 0;
        if (layout.Zero == 3 && layout.DenseReplicas > 1)
        {
            PriceShardedWeights(layout, busyForward, busyBackward, out double gatherExposed, out double reduceExposed);
            busyForward += gatherExposed;
            busyBackward += reduceExposed;
            data = gatherExposed + reduceExposed;
        }

        double host = HostForward(layout);
        return new LayerCost
        {
            Forward = SmoothMax(busyForward, host),
            Backward = SmoothMax(busyBackward, (2 + passesAgain) * host),
            Tensor = (2 + passesAgain) * tensor,
            Expert = (2 + passesAgain) * expert,
            Context = (3 + passesAgain) * context,
            Data = data,
            WeightGradientShare = weightGradient / busyBackward,
        };
    }

    private void PriceProducts(LayerWork work, in Layout layout, out double forward, out double inputGradient, out double weightGradient)
    {
        double imbalance = layout.Expert > 1 ? rates[Parameter.ExpertImbalance] : 1;
        double quantized = 0;
        forward = 0;
        inputGradient = 0;
        weightGradient = 0;
        foreach (ref readonly MatrixProduct product in work.Products)
        {
            bool expert = product.Kind is ProductKind.ExpertIn or ProductKind.ExpertOut;
            bool router = product.Kind == ProductKind.Router;
            ProductSpeed speed = router ? rates.WideProducts : rates.Products;
            double slower = expert ? imbalance * (1 + (rates[Parameter.ExpertHalf] / Math.Min(product.Columns, product.Inner))) : 1;
            forward += slower * speed.Seconds(product.Rows, product.Columns, product.Inner, product.Count, weightBytes, 2);
            inputGradient += slower * speed.Seconds(product.Rows, product.Inner, product.Columns, product.Count, weightBytes, 2);
            weightGradient += slower * speed.Seconds(product.Columns, product.Inner, product.Rows, product.Count, 2, gradientBytes);
            quantized += router ? 0 : product.Rows * product.Inner * product.Count;
        }

        if (rates.Narrow)
        {
            // Inputs are read in 16 bits and written twice in 8 (rows and columns), weights likewise; gradients again in the backward pass.
            double seconds = rates[Parameter.QuantizePasses] * quantized * 2 / rates.Memory;
            forward += seconds;
            inputGradient += seconds;
        }
    }

    private void PriceAttention(LayerWork work, out double forward, out double backward)
    {
        if (rates.Setup.FlashAttention)
        {
            forward = work.AttentionFlops / attentionRate;
            // Five products instead of two, at a little less speed (arXiv 2307.08691, section 4).
            backward = forward * 2.5 * 1.15;
            return;
        }

        double scores = rates[Parameter.ScorePasses] * 2 * work.ScoreElements / rates.Memory;
        forward = (2 * work.AttentionFlops / (rates.Accelerator.PeakBf16 * 0.5)) + scores;
        backward = 2 * forward;
    }

    private void PriceCollectives(LayerWork work, in Layout layout, out double tensor, out double expert, out double context)
    {
        tensor = 0;
        expert = 0;
        context = 0;
        foreach (ref readonly Collective collective in work.Collectives)
        {
            double sent = collective.SentBytes / collective.Count;
            switch (collective.Axis)
            {
                case GroupAxis.Tensor:
                    tensor += tensorExposed * collective.Count * rates.Fabric.Ring(sent, collective.Ranks, 1);
                    break;
                case GroupAxis.Context:
                    context += rates[Parameter.ContextExposed] * collective.Count * rates.Fabric.Ring(sent, collective.Ranks, layout.Tensor);
                    break;
                default:
                    expert += rates[Parameter.ExpertExposed] * rates[Parameter.ExpertImbalance] * collective.Count
                        * rates.Fabric.Exchange(collective, rates.Model.Experts!.Active);
                    break;
            }
        }
    }

    // Sharded weights are gathered before each pass through a layer and gradients are reduced after it, while the layer before computes.
    private void PriceShardedWeights(in Layout layout, double forward, double backward, out double gatherExposed, out double reduceExposed)
    {
        double bytes = 2 * (rates.LayerWeights + (rates.RoutedWeights / layout.Expert)) / layout.Tensor;
        double sent = bytes * (layout.DenseReplicas - 1) / layout.DenseReplicas;
        // Software before flash attention gathered each weight by broadcasts from its owner: the group is as fast as one member's network.
        int stride = rates.Setup.Stack == SoftwareStack.Classic ? rates.Fabric.Domain : layout.Tensor;
        double gather = rates.Fabric.Ring(sent, layout.DenseReplicas, stride);
        double contention = rates[Parameter.ShardedContention];
        gatherExposed = PriceRates.Exposed(gather, rates.DataHidden * forward);
        reduceExposed = PriceRates.Exposed(2 * gather, rates.DataHidden * backward);
        gatherExposed += contention * (gather - gatherExposed);
        reduceExposed += contention * ((2 * gather) - reduceExposed);
    }

    private double HostForward(in Layout layout)
    {
        double host = hostLayer;
        if (rates.Model.Experts is not null)
        {
            host += rates[Parameter.HostExperts] + (rates[Parameter.HostLocalExpert] * rates.Model.Experts.Count / layout.Expert);
        }

        if (layout.Tensor > 1)
        {
            host += (layout.SequenceParallel ? 4 : 2) * rates[Parameter.HostTensor] * Math.Log2(layout.Tensor);
        }

        return host;
    }

    private static double AttentionRate(PriceRates rates)
    {
        AcceleratorSpec accelerator = rates.Accelerator;
        if (accelerator.Generation == AcceleratorGeneration.Cpu)
        {
            return accelerator.PeakFp32 * rates[Parameter.AttentionCpu];
        }

        Parameter share = accelerator.Generation switch
        {
            AcceleratorGeneration.Ampere => Parameter.AttentionAmpere,
            AcceleratorGeneration.Blackwell => Parameter.AttentionBlackwell,
            AcceleratorGeneration.BlackwellUltra => Parameter.AttentionBlackwellUltra,
            _ => Parameter.AttentionHopper,
        };
        double rate = accelerator.PeakBf16 * rates[share] * Math.Pow(rates.Products.Power, rates[Parameter.PowerExponent])
            * Math.Pow(Math.Min(1, rates.Model.ValueWidth / 128.0), rates[Parameter.AttentionHeadExponent]);
        SoftwareStack stack = rates.Setup.Stack;
        if (stack == SoftwareStack.Sharded || (stack == SoftwareStack.Plain && accelerator.Generation != AcceleratorGeneration.Ampere))
        {
            rate *= rates[Parameter.AttentionSharded];
        }

        return rate * rates.Model.Sequence / (rates.Model.Sequence + rates[Parameter.AttentionSequenceHalf]);
    }

    private static double SmoothMax(double a, double b)
    {
        double larger = Math.Max(a, b);
        double ratio = Math.Min(a, b) / larger;
        double squared = ratio * ratio;
        return larger * Math.Pow(1 + (squared * squared), 0.25);
    }
}
