using Colossus.Specs.Sites;

namespace Colossus.Twin.Pricing;

/// <summary>Speed of matrix products by shape: a roofline whose height depends on how the product fills the device.</summary>
internal sealed class ProductSpeed
{
    private const double launchSeconds = 4e-6;
    private readonly double peakRate;
    private readonly double memoryRate;
    private readonly double multiprocessors;
    private readonly double innerHalf;
    private readonly double waveExponent;

    public ProductSpeed(AcceleratorSpec accelerator, MatrixFormat format, SoftwareStack stack, TwinParameters parameters)
    {
        bool cpu = accelerator.Generation == AcceleratorGeneration.Cpu;
        double power = cpu ? 1 : accelerator.PowerWatts / accelerator.PeakBf16 / UsualWattsPerFlops(accelerator.Generation);
        double share = parameters[ShareOf(accelerator.Generation, format)];
        share *= stack switch
        {
            SoftwareStack.Plain => parameters[Parameter.ProductPlain],
            SoftwareStack.Sharded when accelerator.Generation != AcceleratorGeneration.Ampere => parameters[Parameter.ProductShardedHopper],
            _ => 1,
        };
        peakRate = accelerator.Peak(format) * share * Math.Pow(power, parameters[Parameter.PowerExponent]);
        this.memoryRate = accelerator.MemoryBandwidth * parameters[Parameter.MemoryEfficiency];
        this.multiprocessors = accelerator.Multiprocessors;
        this.innerHalf = parameters[cpu ? Parameter.InnerHalfCpu : Parameter.InnerHalf];
        this.waveExponent = cpu ? 0 : parameters[Parameter.WaveExponent];
        Power = power;
    }

    /// <summary>Power limit for each FLOP/s of the peak, relative to the generation's usual one.</summary>
    public double Power { get; }

    /// <summary>Seconds of <paramref name="count"/> products [rows, inner] x [inner, columns].</summary>
    public double Seconds(double rows, double columns, double inner, double count, double weightBytes, double outputBytes)
    {
        double flops = 2 * rows * columns * inner * count;
        double fill = Fill(rows, columns, count);
        double rate = peakRate * Math.Pow(fill, waveExponent) * inner / (inner + innerHalf);
        double bytes = count * ((2 * rows * inner) + (weightBytes * columns * inner) + (outputBytes * rows * columns));
        double compute = flops / rate;
        double memory = bytes / memoryRate;
        // The cube of sums is a smooth maximum: close to the ridge both limits are felt.
        double slower = Math.Max(compute, memory);
        double ratio = Math.Min(compute, memory) / slower;
        return launchSeconds + (slower * Math.Cbrt(1 + (ratio * ratio * ratio)));
    }

    // Share of the device that the tiles of a product keep busy, for the better of two tile shapes.
    private double Fill(double rows, double columns, double count)
    {
        double wide = Tile(rows, columns, count, 128, 256);
        double tall = Tile(rows, columns, count, 256, 128);
        double small = 0.85 * Tile(rows, columns, count, 128, 128);
        return Math.Max(Math.Max(wide, tall), small);
    }

    private double Tile(double rows, double columns, double count, double height, double width)
    {
        double tiles = Math.Ceiling(rows / height) * Math.Ceiling(columns / width) * count;
        double waves = tiles / multiprocessors;
        double used = rows * columns * count / (tiles * height * width);
        return used * waves / Math.Ceiling(waves);
    }

    // W for each FLOP/s of the 16-bit peak, of the part that a generation is known by.
    private static double UsualWattsPerFlops(AcceleratorGeneration generation) => generation switch
    {
        AcceleratorGeneration.Ampere => 400 / 312e12,
        AcceleratorGeneration.Hopper => 700 / 989e12,
        AcceleratorGeneration.Blackwell or AcceleratorGeneration.BlackwellUltra => 1200 / 2500e12,
        _ => 750 / 1307e12,
    };

    private static Parameter ShareOf(AcceleratorGeneration generation, MatrixFormat format) => (generation, format) switch
    {
        (AcceleratorGeneration.Ampere, _) => Parameter.ProductAmpere,
        (AcceleratorGeneration.Hopper, MatrixFormat.Fp8 or MatrixFormat.Mxfp8) => Parameter.ProductHopper8,
        (AcceleratorGeneration.Hopper, _) => Parameter.ProductHopper16,
        (AcceleratorGeneration.Blackwell or AcceleratorGeneration.BlackwellUltra, MatrixFormat.Fp8) => Parameter.ProductBlackwell8,
        (AcceleratorGeneration.Blackwell or AcceleratorGeneration.BlackwellUltra, MatrixFormat.Mxfp8) => Parameter.ProductBlackwellMx8,
        (AcceleratorGeneration.Blackwell or AcceleratorGeneration.BlackwellUltra, MatrixFormat.Nvfp4) => Parameter.ProductBlackwell4,
        (AcceleratorGeneration.Blackwell or AcceleratorGeneration.BlackwellUltra, _) => Parameter.ProductBlackwell16,
        (AcceleratorGeneration.Cpu, _) => Parameter.ProductCpu,
        _ => Parameter.ProductCdna,
    };
}
