namespace Colossus.Specs.Sites;

/// <summary>Accelerators that share a design, and with it how much of their peak a kernel reaches.</summary>
public enum AcceleratorGeneration
{
    /// <summary>NVIDIA Ampere (A100).</summary>
    Ampere,

    /// <summary>NVIDIA Hopper (H100, H200).</summary>
    Hopper,

    /// <summary>NVIDIA Blackwell (B200, GB200).</summary>
    Blackwell,

    /// <summary>NVIDIA Blackwell Ultra (B300, GB300): twice the exponentials a second, which attention waits for.</summary>
    BlackwellUltra,

    /// <summary>AMD CDNA 3 (MI300X).</summary>
    Cdna3,

    /// <summary>A processor without matrix accelerator, measured on the spot.</summary>
    Cpu,
}
