using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using Colossus.Collectives;

// Times an all-reduce among processes of this machine and prints one JSON line: bucket by bucket a reduce-scatter, whose sums are rounded for bfloat16, and an all-gather, as a step does it.
// Usage: Colossus.Bench.AllReduce [RANKS [ELEMENTS [REPETITIONS [float32|bfloat16]]]]
// The same program is each of the other ranks: its fifth and sixth arguments are then the segment and the rank.
const long BucketElements = 1 << 20;
int ranks = args.Length > 0 ? Number(args[0]) : 2;
int elements = args.Length > 1 ? Number(args[1]) : 124_000_000;
int repetitions = args.Length > 2 ? Number(args[2]) : 5;
ElementType type = args is [_, _, _, "bfloat16", ..] ? ElementType.BFloat16 : ElementType.Float32;
int elementBytes = SumKernels.BytesOf(type);

if (args.Length > 4)
{
    using World joined = World.Join(args[4], Number(args[5]), ranks, 0, TimeSpan.FromSeconds(60));
    _ = Measure(joined);
    return 0;
}

string name = $"colossus-bench-{Guid.NewGuid():N}";
try
{
    WorldShape shape = new()
    {
        Ranks = ranks,
        RegionBytes = [.. Enumerable.Repeat((long)elements * elementBytes, ranks)],
        Groups = [new GroupShape { Ranks = [.. Enumerable.Range(0, ranks)] }],
    };
    using World world = World.Create(name, shape, 0);
    List<Process> others = [.. Enumerable.Range(1, ranks - 1).Select(rank => Process.Start(
        Environment.ProcessPath!,
        ["exec", typeof(Program).Assembly.Location, $"{ranks}", $"{elements}", $"{repetitions}", type == ElementType.BFloat16 ? "bfloat16" : "float32", name, $"{rank}"]))];
    double[] seconds = Measure(world);
    others.ForEach(process => process.WaitForExit());
    Array.Sort(seconds);
    Console.WriteLine(JsonSerializer.Serialize(new
    {
        contender = "colossus",
        ranks,
        elements,
        type = type.ToString(),
        memory = "shared",
        vectors = Vector512.IsHardwareAccelerated ? "512 bits" : "256 bits",
        runtime = RuntimeInformation.FrameworkDescription,
        seconds,
        minimum = seconds[0],
        median = seconds[seconds.Length / 2],
        maximum = seconds[^1],
    }));
    return 0;
}
finally
{
    SharedSegment.Remove(name);
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

unsafe double[] Measure(World world)
{
    Group group = world.Group(0);
    float* sums = (float*)NativeMemory.AlignedAlloc((nuint)(BucketElements / ranks * sizeof(float)) + 64, 64);
    if (type == ElementType.Float32)
    {
        new Span<float>(world.Region, elements).Fill(world.Rank + 1);
    }
    else
    {
        float first = world.Rank + 1;
        new Span<ushort>(world.Region, elements).Fill((ushort)(BitConverter.SingleToUInt32Bits(first) >> 16));
    }

    double[] seconds = new double[repetitions];
    for (int repetition = -2; repetition < repetitions; repetition++)
    {
        world.Barrier();
        long start = Stopwatch.GetTimestamp();
        AllReduce(group, world.Region, sums);
        if (repetition >= 0)
        {
            seconds[repetition] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    // 1 + 2 + … + n, then n times as much with each repetition; exact in both formats for 2 ranks.
    double expected = ranks * (ranks + 1) / 2.0 * Math.Pow(ranks, repetitions + 1);
    float last = type == ElementType.Float32
        ? ((float*)world.Region)[elements - 1]
        : BitConverter.UInt32BitsToSingle((uint)((ushort*)world.Region)[elements - 1] << 16);
    world.Barrier();
    NativeMemory.AlignedFree(sums);
    return Math.Abs(last - expected) <= 0.01 * expected ? seconds : throw new InvalidOperationException($"Wrong sum: {last} instead of {expected}.");
}

unsafe void AllReduce(Group group, byte* region, float* sums)
{
    Pending gathered = default;
    for (long first = 0; first < elements; first += BucketElements)
    {
        long count = Math.Min(BucketElements, elements - first);
        ElementRange[] parts = [.. Enumerable.Range(0, ranks).Select(member => new ElementRange(first + (count * member / ranks), (count * (member + 1) / ranks) - (count * member / ranks)))];
        ElementRange own = parts[group.Rank];
        if (type == ElementType.Float32)
        {
            group.ReduceScatter(0, type, parts, (float*)region + own.Start).WaitForResult();
        }
        else
        {
            group.ReduceScatter(0, type, parts, sums).WaitForResult();
            Round(sums, (ushort*)region + own.Start, own.Count);
        }

        // The next bucket begins meanwhile.
        gathered = group.AllGather(0, elementBytes, parts);
    }

    gathered.Wait();
}

static unsafe void Round(float* from, ushort* to, long count)
{
    long i = 0;
    for (; i <= count - 16; i += 16)
    {
        Vector256.Narrow(Nearest(Vector256.Load(from + i).AsUInt32()), Nearest(Vector256.Load(from + i + 8).AsUInt32())).Store(to + i);
    }

    for (; i < count; i++)
    {
        uint bits = BitConverter.SingleToUInt32Bits(from[i]);
        to[i] = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    static Vector256<uint> Nearest(Vector256<uint> bits) =>
        (bits + Vector256.Create(0x7FFFu) + ((bits >>> 16) & Vector256<uint>.One)) >>> 16;
}
