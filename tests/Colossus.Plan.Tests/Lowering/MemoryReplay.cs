using Colossus.Plan.Layouts;
using Colossus.Plan.Lowering;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Ranks;

namespace Colossus.Plan.Tests.Lowering;

/// <summary>
/// Runs passes without arithmetic and remembers for every piece of memory which value was written there last. Reading a value of which a piece belongs to another is a failure:
/// two values that are needed at the same time share memory, or one is read after it was given up.
/// </summary>
internal sealed class MemoryReplay(ChunkProgram chunk, NumberFormats formats)
{
    private readonly Dictionary<(Area Area, int Slot, long Line), (Value Value, int MicroBatch)> owners = [];
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
                Read(pass, value, slots, microBatch, operation.ToString());
            }

            foreach (Value value in operation.Writes.Concat(operation.Gradients.Select(weight => pass.GradientsOf(weight.Bucket)).OfType<Value>()))
            {
                Write(pass, value, slots, microBatch);
            }

            foreach (Value value in operation.Weights.Select(weight => pass.WeightsOf(weight.Bucket, operation.WeightFormat)).OfType<Value>())
            {
                Assert.True(gathered.Contains(value), $"{operation} reads {value}, which is not gathered");
                Read(pass, value, slots, microBatch, operation.ToString());
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
                Read(pass, value, slots, microBatch, operation.ToString());
            }
        }

        Assert.Empty(gathered);
        Assert.Empty(shared);
    }

    private void Read(Pass pass, Value value, Slots slots, int microBatch, string reader)
    {
        foreach (var line in Lines(pass, value, slots))
        {
            Assert.True(owners.TryGetValue(line, out var owner), $"{reader} reads {value}, which nothing has written");
            Assert.True(owner == (value, microBatch), $"{reader} reads {value} of micro-batch {microBatch} where {owner.Value} of micro-batch {owner.MicroBatch} lies");
        }
    }

    private void Write(Pass pass, Value value, Slots slots, int microBatch)
    {
        foreach (var line in Lines(pass, value, slots))
        {
            owners[line] = (value, microBatch);
        }
    }

    private IEnumerable<(Area, int, long)> Lines(Pass pass, Value value, Slots slots)
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
        for (long line = place.Offset / AreaBuilder.Alignment; line * AreaBuilder.Alignment < place.Offset + bytes; line++)
        {
            yield return (place.Area, slots.Of(place.Area), line);
        }
    }
}
