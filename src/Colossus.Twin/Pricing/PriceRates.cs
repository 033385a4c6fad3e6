using Colossus.Plan.Work;
using Colossus.Specs.Layouts;
using Colossus.Specs.Sites;

namespace Colossus.Twin.Pricing;

/// <summary>What all parts of a price share: the model, the software, and how fast the fitted quantities say that the machine is.</summary>
internal sealed class PriceRates
{
    private readonly TwinParameters parameters;

    public PriceRates(ModelShape model, Machine machine, TrainingSetup setup, TwinParameters parameters)
    {
        this.parameters = parameters;
        Model = model;
        Setup = setup;
        Accelerator = machine.Accelerator;
        Products = new ProductSpeed(Accelerator, setup.Format, setup.Stack, parameters);
        MatrixFormat wide = setup.Format == MatrixFormat.Fp32 ? MatrixFormat.Fp32 : MatrixFormat.Bf16;
        WideProducts = new ProductSpeed(Accelerator, wide, setup.Stack, parameters);
        Fabric = new FabricSpeed(machine, parameters);
        Memory = Accelerator.MemoryBandwidth * parameters[Parameter.MemoryEfficiency];
        Elementwise = OfStack(Parameter.ElementwiseClassic);
        DataHidden = OfStack(Parameter.DataHiddenClassic);
        Narrow = setup.Format is MatrixFormat.Fp8 or MatrixFormat.Mxfp8 or MatrixFormat.Nvfp4;
        LayerWeights = ParameterCount.LayerWithoutRoutedExperts(model);
        RoutedWeights = ParameterCount.RoutedExperts(model);
    }

    public ModelShape Model { get; }

    public TrainingSetup Setup { get; }

    public AcceleratorSpec Accelerator { get; }

    /// <summary>Products in the format of the training.</summary>
    public ProductSpeed Products { get; }

    /// <summary>Products that stay in 16 bits or more whatever the format: head and router.</summary>
    public ProductSpeed WideProducts { get; }

    public FabricSpeed Fabric { get; }

    /// <summary>Bytes a second of the accelerator's memory.</summary>
    public double Memory { get; }

    /// <summary>Passes over memory for each one that elementwise work needs.</summary>
    public double Elementwise { get; }

    /// <summary>Share of the compute behind which traffic between replicas can hide.</summary>
    public double DataHidden { get; }

    /// <summary>Whether matrix products read 8 bits or fewer.</summary>
    public bool Narrow { get; }

    /// <summary>Weights of one layer, routed experts aside.</summary>
    public double LayerWeights { get; }

    /// <summary>Weights of the routed experts of one layer.</summary>
    public double RoutedWeights { get; }

    public double this[Parameter parameter] => parameters[parameter];

    /// <summary>A quantity that has one value for each generation of software.</summary>
    /// <param name="classic">Its entry for <see cref="SoftwareStack.Classic"/>; those of the others follow it.</param>
    public double OfStack(Parameter classic) => parameters[classic + (int)Setup.Stack];

    /// <summary>How often the ranks double beyond the 8 of one machine; 0 for fewer. Waiting for the slowest of many grows with it.</summary>
    public static double DoublingsBeyondEight(in Layout layout) => Math.Max(0, Math.Log2(layout.Ranks / 8.0));

    /// <summary>What is left of some traffic when a stretch of compute hides it: nothing of a little, all above the stretch of a lot, with a smooth passage.</summary>
    /// <param name="traffic">Seconds.</param>
    /// <param name="window">Seconds of compute that can hide it.</param>
    public static double Exposed(double traffic, double window) =>
        window <= 0 ? traffic : traffic - (window * (1 - Math.Exp(-traffic / window)));
}
