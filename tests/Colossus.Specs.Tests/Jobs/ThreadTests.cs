using Colossus.Specs.Jobs;

namespace Colossus.Specs.Tests.Jobs;

public sealed class ThreadTests
{
    [Theory]
    [InlineData(0, 2, 16, 8)]
    [InlineData(0, 3, 16, 5)]
    [InlineData(0, 4, 2, 1)]
    [InlineData(3, 4, 2, 3)]
    public void Ranks_share_the_cores_unless_the_job_names_its_threads(int threads, int ranks, int cores, int expected)
    {
        var job = Read.Job(Read.Minimal);
        Assert.Equal(expected, (job with { Train = job.Train with { Threads = threads }, Parallel = new ParallelSpec(Data: ranks) }).ThreadsOn(cores));
    }
}
