namespace Colossus.Runs.Tests;

public sealed class NumericsTests
{
    private static readonly Numerics before = new(1, "bf16", "cpu", "x64 GenuineIntel 512-bit vectors avx2 avx512f", "Xeon 8481C", "2.10.0");

    [Fact]
    public void The_name_of_the_processor_changes_no_bits() => Assert.Empty((before with { Processor = "Xeon 8490H" }).ChangesSince(before));

    [Fact]
    public void All_that_changes_bits_is_told_with_both_values()
    {
        var now = new Numerics(2, "fp32", "cuda", "x64 AuthenticAMD 256-bit vectors avx2", "EPYC 7R32", "2.11.0");
        Assert.Equal(
            [
                "threads 2 instead of 1", "products fp32 instead of bf16", "backend cuda instead of cpu", "libtorch 2.11.0 instead of 2.10.0",
                "processor class x64 AuthenticAMD 256-bit vectors avx2 instead of x64 GenuineIntel 512-bit vectors avx2 avx512f",
            ],
            now.ChangesSince(before));
    }
}
