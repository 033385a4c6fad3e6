using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Colossus.Collectives;

// Times an all-reduce among processes of this machine and prints one JSON line.
// Usage: Colossus.Bench.AllReduce [RANKS [ELEMENTS [REPETITIONS [float32|bfloat16 [place|copy]]]]]
// "place": the data live in shared memory and are summed where they are. "copy": they live in private memory.
// The same program is each of the other ranks: its sixth and seventh arguments are then the segment and the rank.
int ranks = args.Length > 0 ? Number(args[0]) : 2;
int elements = args.Length > 1 ? Number(args[1]) : 124_000_000;
int repetitions = args.Length > 2 ? Number(args[2]) : 5;
ElementType type = args is [_, _, _, "bfloat16", ..] ? ElementType.BFloat16 : ElementType.Float32;
bool inPlace = args is not [_, _, _, _, "copy", ..];
long bytes = (long)elements * SumKernels.BytesOf(type);

if (args.Length > 5)
{
    using SharedGroup joined = SharedGroup.Join(args[5], Number(args[6]), ranks, 0, TimeSpan.FromSeconds(60));
    _ = Measure(joined);
    return 0;
}

SharedSegment.RemoveLeftovers();
string name = SharedSegment.NameFor("bench");
try
{
    GroupShape shape = new() { Ranks = ranks, HeapBytes = inPlace ? GroupShape.BytesOfBuffer(bytes, ranks) : 0 };
    using SharedGroup group = SharedGroup.Create(name, shape);
    List<Process> others = [.. Enumerable.Range(1, ranks - 1).Select(rank => Process.Start(
        Environment.ProcessPath!,
        ["exec", typeof(Program).Assembly.Location, $"{ranks}", $"{elements}", $"{repetitions}", type == ElementType.BFloat16 ? "bfloat16" : "float32", inPlace ? "place" : "copy", name, $"{rank}"]))];
    double[] seconds = Measure(group);
    others.ForEach(process => process.WaitForExit());
    Array.Sort(seconds);
    Console.WriteLine(JsonSerializer.Serialize(new
    {
        contender = "colossus",
        ranks,
        elements,
        type = type.ToString(),
        memory = inPlace ? "shared, in place" : "private, staged",
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

unsafe double[] Measure(SharedGroup group)
{
    SharedBuffer? buffer = inPlace ? group.Allocate(bytes, "data") : null;
    void* data = inPlace ? buffer!.Of(group.Rank) : NativeMemory.Alloc((nuint)bytes);
    if (type == ElementType.Float32)
    {
        new Span<float>(data, elements).Fill(group.Rank + 1);
    }
    else
    {
        new Span<ushort>(data, elements).Fill(SumKernels.Narrow(group.Rank + 1));
    }

    // The mean of 1 … n, then of n equal values: each repetition has the same result, and it is exact in both formats for 2 ranks.
    double[] seconds = new double[repetitions];
    for (int repetition = -2; repetition < repetitions; repetition++)
    {
        group.Barrier();
        long start = Stopwatch.GetTimestamp();
        if (inPlace)
        {
            group.AllReduce(buffer!, type, 0, elements, 1f / ranks);
        }
        else
        {
            group.AllReduce(data, elements, type, 1f / ranks);
        }

        if (repetition >= 0)
        {
            seconds[repetition] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    float last = type == ElementType.Float32 ? ((float*)data)[elements - 1] : SumKernels.Widen(((ushort*)data)[elements - 1]);
    if (Math.Abs(last - ((ranks + 1) / 2f)) > 0.01f)
    {
        throw new InvalidOperationException($"Wrong sum: {last}.");
    }

    group.Barrier();
    if (!inPlace)
    {
        NativeMemory.Free(data);
    }

    return seconds;
}
