using Colossus.Collectives;
using Colossus.Plan.Layouts;
using Colossus.Plan.Ranks;
using Colossus.Plan.Schedules;
using Colossus.Specs.Layouts;

namespace Colossus.Training.Engine;

/// <summary>Which groups and mailboxes a layout needs, and their numbers in the world.</summary>
/// <param name="layout">The layout.</param>
internal sealed class WorldMap(Layout layout)
{
    /// <summary>Rank 0 has chosen what to restore: the step, counted from 1.</summary>
    public const int DecidedCounter = 0;

    /// <summary>A rank's part of the state is that of the step.</summary>
    public const int UpdatedCounter = 1;

    /// <summary>All ranks.</summary>
    public const int Everyone = 0;

    private const int CounterCount = 2;

    private int MailOfChunks => (layout.Chunks - 1) * layout.Data * 2;

    /// <summary>The ranks with the same weights.</summary>
    /// <param name="stage">Their stage.</param>
    public static int DataGroup(int stage) => 1 + stage;

    /// <summary>The mailbox of the messages between two neighbouring chunks.</summary>
    /// <param name="lower">Index of the chunk that is nearer to the embedding.</param>
    /// <param name="data">The replica.</param>
    /// <param name="kind">Forward: from the lower chunk to the upper; backward: the other way.</param>
    public int Mail(int lower, int data, PassKind kind) => (((lower * layout.Data) + data) * 2) + (kind == PassKind.Forward ? 0 : 1);

    /// <summary>The mailbox by which gradients of a tied head reach the rank of the embedding.</summary>
    /// <param name="data">The replica.</param>
    public int TiedGradients(int data) => MailOfChunks + (2 * data);

    /// <summary>The mailbox by which new weights reach the rank of a tied head.</summary>
    /// <param name="data">The replica.</param>
    public int TiedWeights(int data) => MailOfChunks + (2 * data) + 1;

    /// <summary>The shape of the world.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="stages">What a rank of each stage does.</param>
    public WorldShape ShapeOf(long epoch, IReadOnlyList<RankProgram> stages)
    {
        var grid = new RankGrid(layout);
        return new WorldShape
        {
            Ranks = layout.Ranks,
            Epoch = epoch,
            CounterCount = CounterCount,
            RegionBytes = [.. Enumerable.Range(0, layout.Ranks).Select(rank => RankMemory.Of(stages[grid.CoordinatesOf(rank).Pipeline].MovedTo(rank)).RegionBytes)],
            Groups =
            [
                new GroupShape { Ranks = [.. Enumerable.Range(0, layout.Ranks)] },
                .. Enumerable.Range(0, layout.Pipeline).Select(stage => new GroupShape { Ranks = grid.Group(grid.RankAt(0, 0, 0, stage), GroupAxis.Data) }),
            ],
            Mailboxes = [.. MailboxesOfChunks(grid, stages), .. TiedMailboxes(grid, stages)],
        };
    }

    private IEnumerable<MailboxShape> MailboxesOfChunks(RankGrid grid, IReadOnlyList<RankProgram> stages)
    {
        for (int chunk = 0; chunk < layout.Chunks - 1; chunk++)
        {
            RankProgram program = stages[chunk % layout.Pipeline];
            int entries = program.MailEntries(program.ChunkOf(chunk));
            for (int data = 0; data < layout.Data; data++)
            {
                int lower = grid.RankAt(0, 0, data, chunk % layout.Pipeline);
                int upper = grid.RankAt(0, 0, data, (chunk + 1) % layout.Pipeline);
                yield return new MailboxShape { From = lower, To = upper, Entries = entries, EntryBytes = program.MessageBytes };
                yield return new MailboxShape { From = upper, To = lower, Entries = entries, EntryBytes = program.MessageBytes };
            }
        }
    }

    private IEnumerable<MailboxShape> TiedMailboxes(RankGrid grid, IReadOnlyList<RankProgram> stages)
    {
        RankProgram head = stages[^1];
        if (head.Buckets.TiedStage is not { } embedding)
        {
            yield break;
        }

        for (int data = 0; data < layout.Data; data++)
        {
            int from = grid.RankAt(0, 0, data, head.Stage);
            int to = grid.RankAt(0, 0, data, embedding);
            long bytes = Math.Max(1, head.MovedTo(from).TiedSlice.Count * sizeof(float));
            yield return new MailboxShape { From = from, To = to, Entries = 1, EntryBytes = bytes };
            yield return new MailboxShape { From = to, To = from, Entries = 1, EntryBytes = bytes };
        }
    }
}
