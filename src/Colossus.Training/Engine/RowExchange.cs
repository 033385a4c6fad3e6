using System.Runtime.InteropServices;
using Colossus.Collectives;
using Colossus.Plan.Layouts;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Ranks;
using Colossus.Plan.Traces;
using Colossus.Training.Backends;

namespace Colossus.Training.Engine;

/// <summary>Exchanges rows of values with the ranks that compute the same micro-batch, in the shared memory of an epoch's world.</summary>
/// <param name="region">The rank's memory.</param>
/// <param name="communicator">Waits, and books the time.</param>
/// <param name="tracer">Measures; null when no trace is wanted.</param>
internal sealed unsafe class RowExchange(RankRegion region, StepCommunicator communicator, StepTracer? tracer)
{
    private readonly RankProgram program = region.Program;
    private readonly Dictionary<(RowShares Shares, int Width, bool Gathers), IReadOnlyList<IReadOnlyList<Piece>>> pieces = [];
    private readonly Dictionary<GroupAxis, Pending> last = [];

    /// <summary>An exchange, or the wait at the end of a pass; returns when its result is there.</summary>
    /// <param name="operation">What to do.</param>
    /// <param name="memory">Where its values lie.</param>
    public void Run(Communication operation, IOperationMemory memory)
    {
        using var span = tracer?.Begin(SpanKind.ExchangeRows);
        switch (operation)
        {
            case GatherRows gather:
                NativeMemory.Copy((void*)memory.Of(gather.Source), (void*)memory.Of(gather.Staging), (nuint)(gather.Source.Count * BytesOf(gather.Source)));
                Gather(gather, gather.Shares, gather.Staging, gather.Target, memory);
                break;
            case SumRows sum:
                Sum(sum, sum.Shares, sum.Source, memory.Of(sum.Target), sum.Accumulate, memory);
                break;
            case SumAllRows sum:
                Sum(sum, sum.Shares, sum.Source, memory.Of(sum.Staging), add: false, memory);
                Gather(sum, sum.Shares, sum.Staging, sum.Target, memory);
                break;
            case ExchangeVisits exchange:
                Exchange(exchange, memory);
                break;
            case EndExchange end:
                communicator.Wait(last.GetValueOrDefault(end.Axis), end.Axis);
                break;
            default:
                throw new NotSupportedException($"{operation} exchanges no rows");
        }
    }

    private void Gather(RowCommunication exchange, RowShares shares, Value staging, Value target, IOperationMemory memory) => Finish(exchange, region.Map.GroupOf(region, exchange.Axis).Gather(
        OffsetOf(memory, staging), BytesOf(staging), PiecesOf(shares, staging.Width, gathers: true), (void*)memory.Of(target)));

    private void Sum(RowCommunication exchange, RowShares shares, Value source, nint target, bool add, IOperationMemory memory) => Finish(exchange, region.Map.GroupOf(region, exchange.Axis).Sum(
        OffsetOf(memory, source),
        BytesOf(source) == sizeof(float) ? ElementType.Float32 : ElementType.BFloat16,
        PiecesOf(shares, source.Width, gathers: false),
        (void*)target,
        add));

    private void Exchange(ExchangeVisits exchange, IOperationMemory memory)
    {
        Group group = region.Map.GroupOf(region, exchange.Axis);
        var routes = new VisitRoutes(new ReadOnlySpan<int>((void*)memory.Of(exchange.Counts), checked((int)exchange.Counts.Count)), exchange.Ranks);
        if (exchange.Arrivals is { } arrivals)
        {
            routes.Arrivals(group.Rank).CopyTo(new Span<int>((void*)memory.Of(arrivals.Counts), arrivals.Experts));
        }

        IReadOnlyList<IReadOnlyList<Piece>> taken = exchange.ToExperts ? routes.ToExperts(group.Rank, exchange.Source.Width) : routes.FromExperts(group.Rank, exchange.Source.Width);
        long sent = routes.Moved(group.Rank, exchange.ToExperts) * exchange.Source.Width;
        Finish(exchange, group.Take(OffsetOf(memory, exchange.Source), BytesOf(exchange.Source), taken, (void*)memory.Of(exchange.Target), sent));
    }

    private void Finish(RowCommunication exchange, Pending collective)
    {
        communicator.WaitForResult(collective, exchange.Axis);
        last[exchange.Axis] = collective;
    }

    private int BytesOf(Value value) => program.Formats.BytesOf(value.Format);

    private long OffsetOf(IOperationMemory memory, Value value) => memory.Of(value) - region.At(0);

    // A sum reads rows of the whole and writes a rank's own; a gather the other way round.
    private IReadOnlyList<IReadOnlyList<Piece>> PiecesOf(RowShares shares, int width, bool gathers)
    {
        if (!pieces.TryGetValue((shares, width, gathers), out var found))
        {
            found = [.. shares.OfRank.Select(runs => runs.Select(run => new Piece(
                (long)(gathers ? run.Own : run.Whole) * width, (long)(gathers ? run.Whole : run.Own) * width, (long)run.Count * width)).ToArray())];
            pieces.Add((shares, width, gathers), found);
        }

        return found;
    }
}
