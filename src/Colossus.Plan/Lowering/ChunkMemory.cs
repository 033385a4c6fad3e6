using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Specs;

namespace Colossus.Plan.Lowering;

/// <summary>Finds out how long each value of a chunk is needed and gives it a place: within its pass, or in memory that a micro-batch keeps from one pass to a later one.</summary>
internal sealed class ChunkMemory(NumberFormats formats, ShardedBuckets buckets)
{
    private const int Forward = 0;
    private const int Backward = 1;
    private const int Weights = 2;

    private readonly List<PassDraft> passes = [];

    /// <summary>Adds a pass: the forward, backward and weight-gradient pass, in this order.</summary>
    /// <param name="operations">Its operations.</param>
    /// <param name="received">What is there before it begins, written by a message.</param>
    /// <param name="sent">What must be there when it has ended.</param>
    public void Add(IReadOnlyList<Operation> operations, Value? received, Value? sent) => passes.Add(new PassDraft(buckets.Rewrite(operations), buckets, received, sent));

    /// <summary>Places all values.</summary>
    /// <param name="evaluation">The pass of an evaluation, which shares only scratch with the others.</param>
    public ChunkProgram Place(IReadOnlyList<Operation> evaluation, Value? input, Value? output, Value? outputGradient, Value? inputGradient)
    {
        Dictionary<Area, long> areas = KeepAcrossPasses();
        return new ChunkProgram
        {
            Input = input,
            Output = output,
            OutputGradient = outputGradient,
            InputGradient = inputGradient,
            Forward = passes[Forward].Finish(formats),
            Backward = passes[Backward].Finish(formats),
            WeightGradients = passes[Weights].Finish(formats),
            Evaluation = new PassDraft(buckets.Rewrite(evaluation), buckets, input, output).Finish(formats),
            ForwardToBackwardBytes = areas[Area.ForwardToBackward],
            ForwardToWeightsBytes = areas[Area.ForwardToWeights],
            BackwardToWeightsBytes = areas[Area.BackwardToWeights],
        };
    }

    // A value that a pass reads without having written it was kept by the latest earlier pass that wrote it.
    private Dictionary<Area, long> KeepAcrossPasses()
    {
        var last = new Dictionary<(Value Value, int From), int>();
        var order = new List<(Value Value, int From)>();
        for (int pass = Backward; pass < passes.Count; pass++)
        {
            foreach (Value value in passes[pass].Imports())
            {
                int from = Enumerable.Range(0, pass).Reverse().First(earlier => passes[earlier].Writes(value));
                if (!last.ContainsKey((value, from)))
                {
                    order.Add((value, from));
                }

                last[(value, from)] = pass;
            }
        }

        var areas = new Dictionary<Area, long> { [Area.ForwardToBackward] = 0, [Area.ForwardToWeights] = 0, [Area.BackwardToWeights] = 0 };
        foreach ((Value value, int from) in order)
        {
            int to = last[(value, from)];
            Area area = from == Backward ? Area.BackwardToWeights : to == Weights ? Area.ForwardToWeights : Area.ForwardToBackward;
            var place = new Place(area, areas[area]);
            areas[area] += AreaBuilder.Rounded(value.Count * formats.BytesOf(value.Format));
            for (int pass = from; pass <= to; pass++)
            {
                // A pass between that computes the value again has an instance of its own.
                if (pass == from || !passes[pass].Writes(value))
                {
                    passes[pass].Keep(value, place);
                }
            }
        }

        return areas;
    }

    private sealed class PassDraft(IReadOnlyList<Operation> operations, ShardedBuckets buckets, Value? received, Value? sent)
    {
        private readonly Dictionary<Value, Place> places = [];
        private readonly HashSet<Value> written = [.. operations.SelectMany(operation => operation.Writes)];

        public bool Writes(Value value) => value == received || written.Contains(value);

        public void Keep(Value value, Place place) => places.Add(value, place);

        // Values read before the pass has written them, in the order of their first use.
        public IEnumerable<Value> Imports()
        {
            HashSet<Value> known = received is null ? [] : [received];
            foreach (Operation operation in operations.Where(operation => operation is not BucketCommunication))
            {
                foreach (Value value in operation.Reads.Where(known.Add))
                {
                    yield return value;
                }

                known.UnionWith(operation.Writes);
            }
        }

        public Pass Finish(NumberFormats formats)
        {
            var lifetimes = new Lifetimes(places.ContainsKey);
            if (received is not null)
            {
                lifetimes.Use(received, 0);
            }

            IReadOnlyList<Value>[] rows = ExchangedRows.Lifetimes(operations);
            for (int time = 0; time < operations.Count; time++)
            {
                foreach (Value value in operations[time].Reads.Concat(operations[time].Writes).Concat(buckets.UsedBy(operations[time])).Concat(rows[time]))
                {
                    lifetimes.Use(value, time);
                }
            }

            if (sent is not null)
            {
                lifetimes.Use(sent, operations.Count);
            }

            HashSet<Value> exchanged = [.. operations.SelectMany(buckets.UsedBy), .. rows.SelectMany(values => values)];
            Invariant.That(!exchanged.Any(places.ContainsKey), "what ranks read from each other is needed in one pass only");
            long scratch = lifetimes.Pack(value => !exchanged.Contains(value), formats, (value, offset) => places.Add(value, new Place(Area.Scratch, offset)));
            long exchange = lifetimes.Pack(exchanged.Contains, formats, (value, offset) => places.Add(value, new Place(Area.Exchange, offset)));
            return new Pass(operations, places, buckets, scratch, exchange);
        }
    }

    /// <summary>From when to when each value of a pass is needed.</summary>
    private sealed class Lifetimes(Func<Value, bool> isKept)
    {
        private readonly List<Value> order = [];
        private readonly Dictionary<Value, (int First, int Last)> uses = [];

        public void Use(Value value, int time)
        {
            if (isKept(value))
            {
                return;
            }

            if (!uses.TryGetValue(value, out var use))
            {
                order.Add(value);
                use = (time, time);
            }

            uses[value] = (use.First, time);
        }

        public long Pack(Func<Value, bool> chosen, NumberFormats formats, Action<Value, long> place)
        {
            Value[] values = [.. order.Where(chosen)];
            long[] offsets = new long[values.Length];
            long bytes = AreaBuilder.Pack([.. values.Select(value => (value.Count * formats.BytesOf(value.Format), uses[value].First, uses[value].Last))], offsets);
            for (int i = 0; i < values.Length; i++)
            {
                place(values[i], offsets[i]);
            }

            return bytes;
        }
    }
}
