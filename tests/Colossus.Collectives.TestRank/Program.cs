using System.Globalization;
using System.Runtime.InteropServices;
using Colossus.Collectives;
using Colossus.Collectives.Tests;

// Usage: loop NAME RANK RANKS EPOCH    all-reduces the region's floats until something ends it; says "joined", then "aborted REASON RANK"
//        ring NAME RANK RANKS EPOCH    passes messages round the ring of mailboxes instead
//        idle NAME RANK RANKS EPOCH    starts a collective of group 1, says "joined", and does nothing more until standard input ends
//        join NAME RANK RANKS EPOCH    joins only; says "joined" or "refused WHY"
//        making NAME                   begins to make a segment, says "making", and waits for a line on standard input before it is complete
//        sums SEED COUNT               says hashes of sums of 1 to 9 vectors, for each number that of float32 and that of bfloat16
string verb = args is ["loop" or "ring" or "idle" or "join" or "making" or "sums", ..] ? args[0] : "";
switch (verb)
{
    case "":
        Console.Error.WriteLine("This program is started by Colossus.Collectives.Tests.");
        return 2;
    case "sums":
        Sums(Number(1), Number(2));
        return 0;
    case "making":
        using (SharedSegment.Create(args[1], 4096, _ =>
        {
            Console.WriteLine("making");
            Console.ReadLine();
        }))
        {
            return 0;
        }
}

try
{
    using World world = World.Join(args[1], Number(2), Number(3), Number(4), TimeSpan.FromSeconds(20));
    if (verb == "idle")
    {
        _ = world.Group(1).AllGather(0, 4, Parts(world));
    }

    Console.WriteLine("joined");
    switch (verb)
    {
        case "loop":
            AllReduceForEver(world);
            break;
        case "ring":
            PassOnForEver(world);
            break;
        case "idle":
            Console.ReadLine();
            break;
    }
}
catch (CollectiveAbortedException abort)
{
    Console.WriteLine($"aborted {abort.Reason} {abort.Rank}");
}
catch (SharedMemoryException refusal)
{
    Console.WriteLine($"refused {refusal.Message}");
}

return 0;

int Number(int index) => int.Parse(args[index], CultureInfo.InvariantCulture);

static ElementRange[] Parts(World world)
{
    long floats = world.Shape.RegionBytes[0] / sizeof(float);
    return [.. Enumerable.Range(0, world.Size).Select(rank => new ElementRange(floats * rank / world.Size, floats / world.Size))];
}

static unsafe void AllReduceForEver(World world)
{
    ElementRange[] parts = Parts(world);
    while (true)
    {
        world.Group(0).ReduceScatter(0, ElementType.Float32, parts, (float*)world.Region + parts[world.Rank].Start).WaitForResult();
        world.Group(0).AllGather(0, 4, parts).Wait();
        world.Advance(0, world.CounterOf(world.Rank, 0) + 1);
    }
}

static unsafe void PassOnForEver(World world)
{
    Mailbox incoming = world.Mailbox((world.Rank + world.Size - 1) % world.Size), outgoing = world.Mailbox(world.Rank);
    byte[] data = new byte[incoming.Shape.EntryBytes];
    fixed (byte* pointer = data)
    {
        while (true)
        {
            incoming.Receive(pointer, data.Length);
            outgoing.Send(pointer, data.Length);
            world.Advance(0, world.CounterOf(world.Rank, 0) + 1);
        }
    }
}

static unsafe void Sums(int seed, int count)
{
    float* sum = (float*)NativeMemory.Alloc((nuint)count, sizeof(float));
    float** floats = stackalloc float*[9];
    ushort** halves = stackalloc ushort*[9];
    for (int source = 0; source < 9; source++)
    {
        floats[source] = (float*)NativeMemory.Alloc((nuint)count, sizeof(float));
        halves[source] = (ushort*)NativeMemory.Alloc((nuint)count, sizeof(ushort));
        Reference.Values(seed, source, count).CopyTo(new Span<float>(floats[source], count));
        Reference.Halves(seed, source, count).CopyTo(new Span<ushort>(halves[source], count));
    }

    for (int sources = 1; sources <= 9; sources++)
    {
        SumKernels.Sum(ElementType.Float32, (void**)floats, sources, sum, count);
        Console.WriteLine(Reference.Hash(new ReadOnlySpan<byte>(sum, count * sizeof(float))));
        SumKernels.Sum(ElementType.BFloat16, (void**)halves, sources, sum, count);
        Console.WriteLine(Reference.Hash(new ReadOnlySpan<byte>(sum, count * sizeof(float))));
    }
}
