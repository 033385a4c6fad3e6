using Colossus.Plan.Layouts;
using Colossus.Plan.Lowering;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Ranks;

namespace Colossus.Plan.Tests.Lowering;

/// <summary>
/// Runs passes without arithmetic and remembers which values lie whole in each memory. Reading one of which another has overwritten a piece is a failure:
/// two values that are needed at the same time share memory, or one is read after it was given up.
/// </summary>
internal sealed class MemoryReplay(ChunkProgram chunk, NumberFormats formats)
{
    private readonly Dictionary<(Area Area, int Slot), List<Held>> memories = [];
    private readonly HashSet<Value> gathered = [];
    private readonly Dictionary<GroupAxis, IReadOnlyList<Value>> shared = [];

    public void Receive(Pass pass, Value? value, Slots slots, int microBatch)
    {
        if (value is not null)
        {
            Write(pass, value, slots, microBatch);
        }
    }

    public void Send(Pass pass, Value? value, Slots slots, int microBatch)
    {
        if (value is not null)
        {
            Read(pass, value, slots, microBatch, "the message");
        }
    }

    public void Run(Pass pass, Slots slots, int microBatch)
    {
        foreach (Operation operation in pass.Operations)
        {
            foreach (Value value in operation.Reads)
            {
                Read(pass, value, slots, microBatch, operation);
            }

            foreach (Value value in operation.Writes.Concat(operation.Gradients.Select(weight => pass.GradientsOf(weight.Bucket)).OfType<Value>()))
            {
                Write(pass, value, slots, microBatch);
            }

            foreach (Value value in operation.Weights.Select(weight => pass.WeightsOf(weight.Bucket, operation.WeightFormat)).OfType<Value>())
            {
                Assert.Contains(value, gathered);
                Read(pass, value, slots, microBatch, operation);
            }

            _ = operation switch
            {
                AwaitWeights wait => gathered.Add(wait.Value!),
                ReleaseWeights release => gathered.Remove(release.Value!),
                _ => true,
            };

            // Others may read what an exchange shares until the next one along the axis has ended.
            if (operation is RowCommunication or EndExchange)
            {
                GroupAxis axis = operation is RowCommunication { Axis: var ofRows } ? ofRows : ((EndExchange)operation).Axis;
                if (shared.Remove(axis, out IReadOnlyList<Value>? before))
                {
                    Assert.All(before, value => Read(pass, value, slots, microBatch, $"another rank, until {operation},"));
                }

                if (operation is RowCommunication exchange)
                {
                    Assert.All(exchange.Shared, value => Assert.Equal(Area.Exchange, pass.PlaceOf(value).Area));
                    shared.Add(axis, exchange.Shared);
                }
            }

            // What an operation writes may not cover what it reads, unless it is the same value.
            foreach (Value value in operation.Reads.Except(operation.Writes))
            {
                Read(pass, value, slots, microBatch, operation);
            }
        }

        Assert.Empty(gathered);
        Assert.Empty(shared);
    }

    private void Read(Pass pass, Value value, Slots slots, int microBatch, object reader)
    {
        Held wanted = Locate(pass, value, microBatch);
        List<Held> memory = MemoryOf(pass, value, slots);
        if (!memory.Contains(wanted))
        {
            // Put together only here: values are read millions of times.
            Assert.Fail($"{reader} reads {value} of micro-batch {microBatch}, where these lie: {string.Join(", ", memory.Where(wanted.Overlaps))}");
        }
    }

    private void Write(Pass pass, Value value, Slots slots, int microBatch)
    {
        Held written = Locate(pass, value, microBatch);
        List<Held> memory = MemoryOf(pass, value, slots);
        memory.RemoveAll(written.Overlaps);
        memory.Add(written);
    }

    private List<Held> MemoryOf(Pass pass, Value value, Slots slots)
    {
        Area area = pass.PlaceOf(value).Area;
        if (!memories.TryGetValue((area, slots.Of(area)), out List<Held>? memory))
        {
            memories.Add((area, slots.Of(area)), memory = []);
        }

        return memory;
    }

    private Held Locate(Pass pass, Value value, int microBatch)
    {
        Place place = pass.PlaceOf(value);
        long bytes = value.Count * formats.BytesOf(value.Format);
        Assert.InRange(place.Offset + bytes, bytes, place.Area switch
        {
            Area.Scratch => pass.ScratchBytes,
            Area.Exchange => pass.ExchangeBytes,
            _ => chunk.BytesOf(place.Area),
        });
        Assert.Equal(0, place.Offset % AreaBuilder.Alignment);
        return new Held(place.Offset, place.Offset + bytes, value, microBatch);
    }

    // A value that lies whole in a memory: nothing has written there since.
    private readonly record struct Held(long Start, long End, Value Value, int MicroBatch)
    {
        public bool Overlaps(Held other) => Start < other.End && other.Start < End;
    }
}
