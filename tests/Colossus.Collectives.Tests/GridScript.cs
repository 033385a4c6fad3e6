using System.Runtime.InteropServices;

namespace Colossus.Collectives.Tests;

/// <summary>
/// A random program for 8 ranks on a grid of 2 × 2 × 2: collectives on its three axes and among all, started in the same order everywhere, each on memory of its own,
/// and waited for by each rank when and in which order its own chance says.
/// </summary>
internal sealed unsafe class GridScript
{
    private const int Steps = 24, Elements = 200, BufferBytes = Elements * 4;
    private readonly int seed;
    private readonly Step[] steps;

    public GridScript(int seed)
    {
        this.seed = seed;
        Random random = new(seed);
        steps = [.. Enumerable.Range(0, Steps).Select(_ =>
        {
            int axis = random.Next(4);
            return new Step(axis, random.Next(2) == 0, GroupTests.RandomParts(random, axis == 3 ? 8 : 2, Elements));
        })];
    }

    /// <summary>On each axis the four pairs that differ in that coordinate alone, then the group of all.</summary>
    public static WorldShape Shape { get; } = new()
    {
        Ranks = 8,
        RegionBytes = [.. Enumerable.Repeat((long)Steps * BufferBytes, 8)],
        Groups =
        [
            .. Enumerable.Range(0, 3).SelectMany(axis => Enumerable.Range(0, 8).Where(rank => (rank & (1 << axis)) == 0).Select(rank => new GroupShape { Ranks = [rank, rank | (1 << axis)] })),
            Ranks.All(8),
        ],
    };

    public void Run(World world)
    {
        Random chance = new((seed * 10) + world.Rank);
        Dictionary<int, Group> groups = Enumerable.Range(0, 4).ToDictionary(axis => axis, axis => GroupOn(world, axis));
        float* results = (float*)NativeMemory.AllocZeroed(Steps, BufferBytes);
        try
        {
            List<(int Step, Pending Pending)> waiting = [];
            for (int step = 0; step < Steps; step++)
            {
                Values(step, world.Rank).CopyTo(new Span<float>(world.Region + (step * BufferBytes), Elements));
                Group group = groups[steps[step].Axis];
                waiting.Add((step, steps[step].Reduces
                    ? group.ReduceScatter(step * BufferBytes, ElementType.Float32, steps[step].Parts, results + (step * Elements))
                    : group.AllGather(step * BufferBytes, 4, steps[step].Parts)));
                if (chance.Next(3) == 0)
                {
                    WaitForAny();
                }
            }

            while (waiting.Count > 0)
            {
                WaitForAny();
            }

            void WaitForAny()
            {
                int which = chance.Next(waiting.Count);
                (int step, Pending pending) = waiting[which];
                waiting.RemoveAt(which);
                pending.Wait();
                Check(world, groups[steps[step].Axis], step, results + (step * Elements));
            }
        }
        finally
        {
            NativeMemory.Free(results);
        }
    }

    private static Group GroupOn(World world, int axis) =>
        world.Group(Enumerable.Range(0, Shape.Groups.Count).Single(index => Shape.Groups[index].Ranks.Contains(world.Rank) && (axis == 3 ? index == 12 : index / 4 == axis)));

    private void Check(World world, Group group, int step, float* result)
    {
        float[][] sources = [.. group.Members.Select(rank => Values(step, rank))];
        IReadOnlyList<ElementRange> parts = steps[step].Parts;
        if (steps[step].Reduces)
        {
            ElementRange own = parts[group.Rank];
            Assert.Equal(Reference.Bits(Reference.Sum(sources).AsSpan((int)own.Start, (int)own.Count)), Reference.Bits(new ReadOnlySpan<float>(result, (int)own.Count)));
        }
        else
        {
            float[] expected = [.. Enumerable.Range(0, group.Size).SelectMany(member => sources[member][(int)parts[member].Start..(int)parts[member].End])];
            Assert.Equal(Reference.Bits(expected), Reference.Bits(new ReadOnlySpan<float>(world.Region + (step * BufferBytes), Elements)));
        }
    }

    private float[] Values(int step, int rank) => Reference.Values((seed * 100) + step, rank, Elements);

    private sealed record Step(int Axis, bool Reduces, IReadOnlyList<ElementRange> Parts);
}
