using Colossus.Specs.Jobs;
using CsCheck;

namespace Colossus.Specs.Tests;

public sealed class JobWriterTests
{
    private static readonly Gen<string> texts = Gen.Char["abcZ09 '\"\\/:#{}[],&*!|>%@-_.?\t\n\r\u0085\u2028üλ"].Array[1, 12].Select(letters => new string(letters));

    private static readonly Gen<string> names = Gen.Char["abcXYZ019-_."].Array[1, 12].Select(letters => new string(letters));

    private static readonly Gen<ExpertsSpec?> mixtures =
        from count in Gen.Int[1, 16]
        from active in Gen.Int[1, count]
        from shared in Gen.Int[0, 2]
        from ffn in Gen.Int[1, 5000]
        from dense in Gen.Bool
        select dense ? null : new ExpertsSpec(count * 2, active, shared, ffn);

    private static readonly Gen<ModelSpec> models =
        from layers in Gen.Int[16, 100]
        from kvHeads in Gen.Int[1, 8]
        from share in Gen.Int[1, 4]
        from headWidth in Gen.Int[1, 64]
        from ffn in Gen.Int[1, 1000]
        from activation in Gen.Enum<Activation>()
        from vocab in Gen.Int[2, 300_000]
        from sequence in Gen.Int[1, 1000]
        from tied in Gen.Bool
        from rope in Gen.Double[1, 1e12]
        from epsilon in Gen.Double[0, 1]
        from experts in mixtures
        select new ModelSpec(
            layers, 64 * kvHeads, kvHeads * share * 2, kvHeads, headWidth * 2, ffn * 2, activation, vocab, sequence * 4, tied, rope, epsilon, experts);

    private static readonly Gen<DataSpec> dataParts =
        from sources in texts.Array[1, 4]
        from tokenizer in Gen.OneOf(Gen.Const("bytes"), Gen.Const("cl100k"), Gen.Const("o200k"), Gen.Const("gpt2"), texts.Select(folder => $"gpt2:{folder}"))
        from field in texts
        from holdout in Gen.Double[0, 0.5]
        from cache in texts.Null()
        select new DataSpec(sources, tokenizer, field, holdout, cache);

    private static readonly Gen<OptimizerSpec> optimizers =
        from rate in Gen.Double[1e-12, 10]
        from warmup in Gen.Int[0, 100]
        from schedule in Gen.Enum<Schedule>()
        from shares in Gen.Double[0, 0.99].Array[4]
        from epsilon in Gen.Double[1e-30, 1e-3]
        from clip in Gen.Double[0, 1e9]
        select new OptimizerSpec(rate, warmup, schedule, shares[0], shares[1], shares[2], shares[3], epsilon, clip);

    private static readonly Gen<ParallelSpec> layouts =
        from data in Gen.Int[1, 64]
        from two in Gen.Int[1, 2].Array[4]
        from zero in Gen.Int[0, 3]
        from sequence in Gen.Bool
        from recompute in Gen.Enum<Recompute>()
        from schedule in Gen.Enum<PipelineSchedule>()
        select new ParallelSpec(data * 2, two[0], two[1], two[2], two[3], 2, zero, sequence, recompute, schedule);

    private static readonly Gen<JobSpec> jobs =
        from name in names
        from model in models
        from data in dataParts
        from optimizer in optimizers
        from parallel in layouts
        from numbers in Gen.Int[1, 100].Array[8]
        from precision in Gen.Enum<Precision>()
        from products in Gen.Enum<ProductFormat>()
        from seed in Gen.Int[0, int.MaxValue]
        from heartbeat in Gen.Long[TimeSpan.TicksPerMillisecond * 10, TimeSpan.TicksPerDay]
        from command in texts.Array[1, 3]
        from workload in Gen.Bool
        select new JobSpec(
            name,
            model,
            data,
            new TrainSpec(100 * numbers[0], parallel.Data * numbers[1] * numbers[2], numbers[1], precision, products, optimizer, (ulong)seed, numbers[3] - 1, numbers[4], numbers[5]),
            parallel,
            new CheckpointSpec(numbers[6] - 1, numbers[7]),
            new ResilienceSpec(TimeSpan.FromTicks(heartbeat), numbers[3] - 1, numbers[4] - 1),
            workload ? new WorkloadSpec(command) : null);

    [Fact]
    public void A_written_job_is_read_back_to_the_same_job_and_text() => jobs.Sample(
        job =>
        {
            string text = JobWriter.Write(job);
            var read = JobText.Job(text);
            Assert.Equal(text, JobWriter.Write(read));
            Assert.Equal(job.Data.Sources, read.Data.Sources);
            Assert.Equal(job.Workload?.Command, read.Workload?.Command);
            var lists = read with { Data = read.Data with { Sources = job.Data.Sources }, Workload = job.Workload };
            Assert.Equal(job, lists);
        },
        iter: 500);

    [Fact]
    public void A_written_job_that_somebody_broke_says_where()
    {
        string text = JobWriter.Write(JobText.Job(JobText.TenLines));
        Assert.Equal("small", JobReader.ReadResolved(text, "job.yaml").Name);
        var error = Assert.Throws<FormatException>(() => JobReader.ReadResolved(text.Replace("steps: 50", "steps: -1", StringComparison.Ordinal), "job.yaml"));
        Assert.Contains("train.steps is -1", error.Message);
    }
}
