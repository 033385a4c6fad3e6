using System.Runtime.Intrinsics.X86;

namespace Colossus.Training.Tests.Kernels;

/// <summary>That these tests run at the vector width that whoever started them asked for.</summary>
public sealed class VectorWidthTests
{
    /// <summary>The environment variable with the width in bits that is asked for; none asks for what the processor has.</summary>
    public const string Expected = "COLOSSUS_TEST_VECTOR_BITS";

    [Fact]
    public void Vectors_have_the_width_that_was_asked_for() =>
        Assert.Equal(Environment.GetEnvironmentVariable(Expected) ?? Width, Width);

    private static string Width => Avx512F.IsSupported ? "512" : "256";
}
