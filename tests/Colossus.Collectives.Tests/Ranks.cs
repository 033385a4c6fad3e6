
namespace Colossus.Collectives.Tests;

/// <summary>Runs the ranks of a world as threads of this process, each with a mapping of its own.</summary>
internal static class Ranks
{
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(60);

    public static string NewName() => $"colossus-test-{Guid.NewGuid():N}";

    /// <summary>The group of all ranks.</summary>
    public static GroupShape All(int ranks) => new() { Ranks = [.. Enumerable.Range(0, ranks)] };

    public static void Run(WorldShape shape, Action<World> body)
    {
        string name = NewName();
        Exception?[] errors = new Exception?[shape.Ranks];
        Thread[] threads = [.. Enumerable.Range(0, shape.Ranks).Select(rank => new Thread(() =>
        {
            try
            {
                using World world = rank == 0
                    ? World.Create(name, shape, 0)
                    : World.Join(name, rank, shape.Ranks, shape.Epoch, limit, TestContext.Current.CancellationToken);
                try
                {
                    body(world);
                }
                catch
                {
                    world.Abort(AbortReason.RankFailed);
                    throw;
                }
            }
            catch (Exception error)
            {
                errors[rank] = error;
            }
        }) { IsBackground = true })];
        try
        {
            Array.ForEach(threads, thread => thread.Start());
            Assert.All(threads, thread => Assert.True(thread.Join(limit), "A rank did not end within 60 s."));
        }
        finally
        {
            SharedSegment.Remove(name);
        }

        Exception[] met = [.. errors.OfType<Exception>()];
        if (met.Length > 0)
        {
            // The first cause, not the aborts that followed from it.
            throw new AggregateException(met.OrderBy(error => error is CollectiveAbortedException));
        }
    }
}
