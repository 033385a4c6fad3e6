namespace Colossus.Specs.Sites;

/// <summary>One kind of accelerator: what its data sheet says. Figures and their sources stand in <c>data/accelerators.csv</c>.</summary>
/// <param name="Id">Name in files and on the command line.</param>
/// <param name="Generation">Its design.</param>
/// <param name="MemoryBytes">Memory of one device, bytes.</param>
/// <param name="MemoryBandwidth">Peak memory bandwidth, bytes a second.</param>
/// <param name="Multiprocessors">Units that one wave of a kernel's tiles fills.</param>
/// <param name="PeakFp32">Peak of 32-bit products, FLOP a second.</param>
/// <param name="PeakBf16">Peak of dense 16-bit products, FLOP a second.</param>
/// <param name="PeakFp8">Peak of dense 8-bit products; 0 if the device has none.</param>
/// <param name="PeakFp4">Peak of dense 4-bit products; 0 if the device has none.</param>
/// <param name="LinkBandwidth">Bandwidth to its neighbours of the same domain (NVLink or the like), bytes a second one way.</param>
/// <param name="LinkDomain">Devices in such a domain.</param>
/// <param name="PowerWatts">Power of one device, W.</param>
public sealed record AcceleratorSpec(
    string Id,
    AcceleratorGeneration Generation,
    double MemoryBytes,
    double MemoryBandwidth,
    int Multiprocessors,
    double PeakFp32,
    double PeakBf16,
    double PeakFp8,
    double PeakFp4,
    double LinkBandwidth,
    int LinkDomain,
    double PowerWatts)
{
    /// <summary>Peak of dense products in a format, FLOP a second; 0 if the device has none.</summary>
    /// <param name="format">The format.</param>
    public double Peak(MatrixFormat format) => format switch
    {
        MatrixFormat.Fp32 => PeakFp32,
        MatrixFormat.Fp16 or MatrixFormat.Bf16 => PeakBf16,
        MatrixFormat.Fp8 or MatrixFormat.Mxfp8 => PeakFp8,
        _ => PeakFp4,
    };
}
