using System.Runtime.InteropServices;
using CsCheck;

namespace Colossus.Collectives.Tests;

public sealed unsafe class SumKernelsTests
{
    // Around the edges of vectors and blocks, and any other.
    private static readonly Gen<int> counts = Gen.OneOf(Gen.OneOf(0, 1, 7, 8, 15, 16, 17, 1023, 1024, 1025), Gen.Int[0, 3000]);

    [Fact]
    public void Sums_equal_the_scalar_tree_bit_for_bit_for_any_number_of_sources_in_both_formats() =>
        Gen.Select(Gen.OneOf(Gen.Int[1, 9], Gen.Int[10, 40]), counts, Gen.Int[0, 15], Gen.Int[0, 10_000]).Sample(
            (sources, count, shift, seed) =>
            {
                float[][] floats = [.. Enumerable.Range(0, sources).Select(source => Reference.Values(seed, source, count + shift))];
                Assert.Equal(Reference.Bits(Reference.Sum(floats).AsSpan(shift)), Reference.Bits(Sum(ElementType.Float32, floats, shift)));

                ushort[][] halves = [.. Enumerable.Range(0, sources).Select(source => Reference.Halves(seed, source, count + shift))];
                float[][] widened = [.. halves.Select(half => half.Select(Reference.Widen).ToArray())];
                Assert.Equal(Reference.Bits(Reference.Sum(widened).AsSpan(shift)), Reference.Bits(Sum(ElementType.BFloat16, halves, shift)));
            },
            iter: 150);

    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    public void Sums_are_the_same_bits_with_and_without_512_bit_vectors(string vectors)
    {
        const int Seed = 5, Count = 1500;
        using RankProcess process = new(new Dictionary<string, string> { ["DOTNET_EnableAVX512"] = vectors }, "sums", Seed, Count);
        for (int sources = 1; sources <= 9; sources++)
        {
            float[][] floats = [.. Enumerable.Range(0, sources).Select(source => Reference.Values(Seed, source, Count))];
            float[][] halves = [.. Enumerable.Range(0, sources).Select(source => Reference.Halves(Seed, source, Count).Select(Reference.Widen).ToArray())];
            Assert.Equal(Hash(Reference.Sum(floats)), process.NextLine());
            Assert.Equal(Hash(Reference.Sum(halves)), process.NextLine());
        }

        process.End();

        static string Hash(float[] values) => Reference.Hash(MemoryMarshal.AsBytes<float>(values));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(11)]
    public void The_destination_may_be_any_of_the_sources(int sources)
    {
        const int Count = 2500;
        for (int target = 0; target < sources; target++)
        {
            float[][] terms = [.. Enumerable.Range(0, sources).Select(source => Reference.Values(7, source, Count))];
            uint[] expected = Reference.Bits(Reference.Sum(terms));
            Pinned.Use(terms, pointers => SumKernels.Sum(ElementType.Float32, (void**)pointers, sources, ((float**)pointers)[target], Count));
            Assert.Equal(expected, Reference.Bits(terms[target]));
        }
    }

    [Fact]
    public void Adding_completes_the_sum_in_32_bits_before_it_is_added() => Gen.Select(Gen.OneOf(Gen.Int[1, 9], Gen.Int[10, 40]), counts, Gen.Int[0, 10_000]).Sample(
        (sources, count, seed) =>
        {
            float[][] floats = [.. Enumerable.Range(0, sources).Select(source => Reference.Values(seed, source, count))];
            AssertAdded(ElementType.Float32, floats, floats);
            ushort[][] halves = [.. Enumerable.Range(0, sources).Select(source => Reference.Halves(seed, source, count))];
            AssertAdded(ElementType.BFloat16, halves, [.. halves.Select(half => half.Select(Reference.Widen).ToArray())]);

            void AssertAdded<T>(ElementType type, T[][] terms, float[][] widened)
                where T : unmanaged
            {
                // One element more than are added: it keeps its value.
                float[] before = Reference.Values(seed, sources, count + 1);
                float[] expected = [.. Reference.Sum(widened).Zip(before, (sum, there) => there + sum), before[count]];
                Pinned.Use(terms, pointers =>
                {
                    fixed (float* destination = before)
                    {
                        SumKernels.Add(type, (void**)pointers, sources, destination, count);
                    }
                });
                Assert.Equal(Reference.Bits(expected), Reference.Bits(before));
            }
        },
        iter: 150);

    private static float[] Sum<T>(ElementType type, T[][] sources, int shift)
        where T : unmanaged
    {
        int count = sources[0].Length - shift;
        float[] sum = new float[count + 1];
        sum[count] = 42;
        Pinned.Use(sources, pointers =>
        {
            T** shifted = stackalloc T*[sources.Length];
            for (int source = 0; source < sources.Length; source++)
            {
                shifted[source] = ((T**)pointers)[source] + shift;
            }

            fixed (float* destination = sum)
            {
                SumKernels.Sum(type, (void**)shifted, sources.Length, destination, count);
            }
        });
        Assert.Equal(42, sum[count]);
        return sum[..count];
    }
}
