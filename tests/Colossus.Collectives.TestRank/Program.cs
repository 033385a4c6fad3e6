using System.Globalization;
using Colossus.Collectives;

// Usage: loop NAME RANK RANKS EPOCH FLOATS    all-reduces in shared memory until something ends it; says "joined", then "aborted REASON RANK"
//        ring NAME RANK RANKS EPOCH FLOATS    the same with messages round the ring
//        join NAME RANK RANKS EPOCH           joins only; says "joined" or "refused WHY"
//        making NAME                          begins to make a segment, says "making", and waits for a line on standard input before it is complete
string verb = args is ["loop" or "ring" or "join" or "making", ..] ? args[0] : "";
if (verb.Length == 0)
{
    Console.Error.WriteLine("This program is started by Colossus.Collectives.Tests.");
    return 2;
}

if (verb == "making")
{
    using SharedSegment segment = SharedSegment.Create(args[1], 4096, _ =>
    {
        Console.WriteLine("making");
        Console.ReadLine();
    });
    return 0;
}

string name = args[1];
int rank = Number(2), ranks = Number(3), epoch = Number(4);
try
{
    using SharedGroup group = SharedGroup.Join(name, rank, ranks, epoch, TimeSpan.FromSeconds(20));
    Console.WriteLine("joined");
    if (verb == "loop")
    {
        AllReduceForEver(group, Number(5));
    }
    else if (verb == "ring")
    {
        PassOnForEver(group, Number(5));
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

static void AllReduceForEver(SharedGroup group, int floats)
{
    SharedBuffer buffer = group.Allocate(floats * 4L, "data");
    while (true)
    {
        group.AllReduce(buffer, ElementType.Float32, 0, floats, 1f / group.Size);
        group.Advance(0, group.CounterOf(group.Rank, 0) + 1);
    }
}

static void PassOnForEver(SharedGroup group, int floats)
{
    float[] data = new float[floats];
    while (true)
    {
        group.Receive(data.AsSpan(), (group.Rank + group.Size - 1) % group.Size);
        group.Send<float>(data, (group.Rank + 1) % group.Size);
        group.Advance(0, group.CounterOf(group.Rank, 0) + 1);
    }
}
