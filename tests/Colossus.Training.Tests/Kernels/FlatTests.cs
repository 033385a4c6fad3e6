using Colossus.Training.Kernels;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class FlatTests
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_value_that_is_not_finite_is_found_at_every_place(float bad)
    {
        float[] values = [.. Enumerable.Range(0, 37).Select(i => i % 2 == 0 ? float.MaxValue : -1e-45f)];
        fixed (float* start = values)
        {
            Assert.True(Flat.IsFinite(start, values.Length));
            for (int i = 0; i < values.Length; i++)
            {
                float good = start[i];
                start[i] = bad;
                Assert.False(Flat.IsFinite(start, values.Length), $"{bad} at {i}");
                start[i] = good;
            }
        }
    }
}
