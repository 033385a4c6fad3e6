using Colossus.Collectives;
using Colossus.Plan.Layouts;
using Colossus.Plan.Ranks;
using Colossus.Plan.Schedules;
using Colossus.Specs.Layouts;

namespace Colossus.Training.Engine;

/// <summary>Which groups and mailboxes the ranks of a layout need, and their numbers in the world.</summary>
internal sealed class WorldMap
{
    /// <summary>Rank 0 has chosen what to restore: the step, counted from 1.</summary>
    public const int DecidedCounter = 0;

    /// <summary>A rank's part of the state is that of the step.</summary>
    public const int UpdatedCounter = 1;

    /// <summary>All ranks.</summary>
    public const int Everyone = 0;

    private const int CounterCount = 2;

    private readonly Layout layout;
    private readonly RankGrid grid;
    private readonly List<int[]> groups = [];
    private readonly Dictionary<(GroupAxis Axis, int Size, int First), int> numbers = [];

    /// <summary>The map of a layout.</summary>
    /// <param name="program">What any of its ranks does.</param>
    public WorldMap(RankProgram program)
    {
        layout = program.Layout;
        grid = new RankGrid(layout);
        bool hasExperts = program.Table.Buckets.Any(bucket => bucket.HoldsExperts);
        groups.Add([.. Enumerable.Range(0, layout.Ranks)]);
        for (int rank = 0; rank < layout.Ranks; rank++)
        {
            foreach (GroupAxis axis in Enum.GetValues<GroupAxis>().Where(axis => axis != GroupAxis.Pipeline && (hasExperts || axis is not (GroupAxis.Expert or GroupAxis.ExpertData))))
            {
                AddGroup(axis, grid.Group(rank, axis));
            }

            foreach (int copies in program.CopyGroups)
            {
                AddGroup(GroupAxis.Tensor, CopiesOf(rank, copies));
            }
        }
    }

    private int MailOfChunks => (layout.Chunks - 1) * grid.StageRanks * 2;

    /// <summary>A rank's group along an axis.</summary>
    /// <param name="region">The rank's memory.</param>
    /// <param name="axis">The axis.</param>
    public Group GroupOf(RankRegion region, GroupAxis axis) => GroupOf(region, axis, grid.Group(region.Program.Rank, axis));

    /// <summary>The tensor ranks that have copies of the same weights.</summary>
    /// <param name="region">The rank's memory.</param>
    /// <param name="copies">How many.</param>
    public Group CopiesOf(RankRegion region, int copies) => GroupOf(region, GroupAxis.Tensor, CopiesOf(region.Program.Rank, copies));

    /// <summary>The mailbox of the messages between two neighbouring chunks.</summary>
    /// <param name="lower">Index of the chunk that is nearer to the embedding.</param>
    /// <param name="lane">The ranks' place within their stages.</param>
    /// <param name="kind">Forward: from the lower chunk to the upper; backward: the other way.</param>
    public int Mail(int lower, int lane, PassKind kind) => (((lower * grid.StageRanks) + lane) * 2) + (kind == PassKind.Forward ? 0 : 1);

    /// <summary>The mailbox by which gradients of a tied head reach the rank of the embedding.</summary>
    /// <param name="lane">The ranks' place within their stages.</param>
    public int TiedGradients(int lane) => MailOfChunks + (2 * lane);

    /// <summary>The mailbox by which new weights reach the rank of a tied head.</summary>
    /// <param name="lane">The ranks' place within their stages.</param>
    public int TiedWeights(int lane) => MailOfChunks + (2 * lane) + 1;

    /// <summary>The shape of the world.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="programs">What the ranks do.</param>
    public WorldShape ShapeOf(long epoch, RankPrograms programs) => new()
    {
        Ranks = layout.Ranks,
        Epoch = epoch,
        CounterCount = CounterCount,
        RegionBytes = [.. Enumerable.Range(0, layout.Ranks).Select(rank => RankMemory.Of(programs.Of(rank)).RegionBytes)],
        Groups = [.. groups.Select(ranks => new GroupShape { Ranks = ranks })],
        Mailboxes = [.. MailboxesOfChunks(programs), .. TiedMailboxes(programs)],
    };

    private Group GroupOf(RankRegion region, GroupAxis axis, int[] ranks) => region.World.Group(numbers[(axis, ranks.Length, ranks[0])]);

    private void AddGroup(GroupAxis axis, int[] ranks)
    {
        if (numbers.TryAdd((axis, ranks.Length, ranks[0]), groups.Count))
        {
            groups.Add(ranks);
        }
    }

    private int[] CopiesOf(int rank, int copies)
    {
        int[] tensor = grid.Group(rank, GroupAxis.Tensor);
        return tensor[(Array.IndexOf(tensor, rank) / copies * copies)..][..copies];
    }

    private IEnumerable<MailboxShape> MailboxesOfChunks(RankPrograms programs)
    {
        for (int chunk = 0; chunk < layout.Chunks - 1; chunk++)
        {
            for (int lane = 0; lane < grid.StageRanks; lane++)
            {
                int lower = (chunk % layout.Pipeline * grid.StageRanks) + lane;
                int upper = ((chunk + 1) % layout.Pipeline * grid.StageRanks) + lane;
                RankProgram program = programs.Of(lower);
                int entries = program.MailEntries(program.ChunkOf(chunk));
                yield return new MailboxShape { From = lower, To = upper, Entries = entries, EntryBytes = program.MessageBytes };
                yield return new MailboxShape { From = upper, To = lower, Entries = entries, EntryBytes = program.MessageBytes };
            }
        }
    }

    private IEnumerable<MailboxShape> TiedMailboxes(RankPrograms programs)
    {
        int last = (layout.Pipeline - 1) * grid.StageRanks;
        if (programs.Of(last).Buckets.TiedStage is not { } embedding)
        {
            yield break;
        }

        for (int lane = 0; lane < grid.StageRanks; lane++)
        {
            int from = last + lane;
            int to = (embedding * grid.StageRanks) + lane;
            long bytes = Math.Max(1, programs.Of(from).TiedSlice.Count * sizeof(float));
            yield return new MailboxShape { From = from, To = to, Entries = 1, EntryBytes = bytes };
            yield return new MailboxShape { From = to, To = from, Entries = 1, EntryBytes = bytes };
        }
    }
}
