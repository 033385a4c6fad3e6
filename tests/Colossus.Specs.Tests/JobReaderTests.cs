using Colossus.Specs.Diagnostics;
using Colossus.Specs.Jobs;

namespace Colossus.Specs.Tests;

public sealed class JobReaderTests
{
    // The example of the product's description, word for word but for data.exclude.
    private const string example =
        """
        name: quickstart
        model:                      # or  preset: grok-1 | llama3-8b | llama3-70b | llama3-405b | gpt3-175b | grok-nano …
          layers: 6
          hidden: 384
          heads: 6
          kvHeads: 6                # grouped-query attention
          ffn: 1024
          activation: swiglu        # swiglu | geglu | gelu | squared-relu
          vocab: 256
          sequence: 256
          experts: { count: 8, active: 2, shared: 0 }     # absent = dense
        data:
          source: dotnet-docs       # or paths/globs of .txt, .md, .jsonl, .parquet, .xml
          tokenizer: bytes
        train:
          steps: 300
          globalBatch: 32           # sequences
          microBatch: 4
          precision: bf16           # fp32 | bf16 | fp8 (twin) …
          optimizer: { name: adamw, learningRate: 1e-3, warmup: 20, schedule: cosine, weightDecay: 0.1, clip: 1.0 }
          seed: 1
        parallel: { data: 2, tensor: 1, pipeline: 1, virtualStages: 1, context: 1, expert: 1, zero: 1,
                    sequenceParallel: true, recompute: none, schedule: 1f1b }
        checkpoint: { every: 50, keep: 3 }                 # or  every: auto  (from failure rate and cost)
        resilience: { heartbeat: 0.5s, spares: 1, maxRestarts: 100, snapshotEvery: 1 }
        """;

    [Fact]
    public void Ten_lines_are_a_whole_job()
    {
        var job = JobText.Job(JobText.TenLines);
        Assert.Equal("small", job.Name);
        Assert.Equal(new ModelSpec(4, 96, 4, 4, 24, 256, Activation.SwiGlu, 256, 256), job.Model);
        Assert.Equal(["texts/*.md"], job.Data.Sources);
        Assert.Equal(new DataSpec(job.Data.Sources), job.Data);
        Assert.Equal(new TrainSpec(50, 8, 4, Precision.Bf16, ProductFormat.Auto, new OptimizerSpec(Warmup: 5)), job.Train);
        Assert.Equal(new ParallelSpec(), job.Parallel);
        Assert.Equal(new CheckpointSpec(), job.Checkpoint);
        Assert.Equal(new ResilienceSpec(TimeSpan.FromSeconds(0.5)), job.Resilience);
        Assert.Null(job.Workload);
    }

    [Fact]
    public void Ten_lines_can_be_trained() =>
        Assert.NotNull(JobReader.Parse(JobText.TenLines, "job.yaml", [], toTrain: true).Job);

    [Fact]
    public void The_example_of_the_description_can_be_priced()
    {
        var job = JobText.Job(example);
        Assert.Equal(new ModelSpec(6, 384, 6, 6, 64, 1024, Activation.SwiGlu, 256, 256, Experts: new ExpertsSpec(8, 2, 0, 1024)), job.Model);
        Assert.Equal(["dotnet-docs"], job.Data.Sources);
        Assert.Equal(new TrainSpec(300, 32, 4, Precision.Bf16, ProductFormat.Auto, new OptimizerSpec()), job.Train);
        Assert.Equal(new ParallelSpec(Data: 2), job.Parallel);
    }

    [Fact]
    public void The_example_of_the_description_cannot_be_trained_because_of_its_experts()
    {
        var mistake = Assert.Single(JobReader.Parse(example, "job.yaml", [], toTrain: true).Mistakes);
        Assert.Equal((11, 12, ErrorCode.NotTrainable), (mistake.Line, mistake.Column, mistake.Code));
    }

    [Fact]
    public void A_file_without_a_name_gives_its_own()
    {
        var reading = JobReader.Parse(JobText.TenLines.Replace("name: small\n", string.Empty, StringComparison.Ordinal), "jobs/big-one.yaml", [], toTrain: false);
        Assert.Equal("big-one", reading.Job!.Name);
    }

    [Fact]
    public void A_missing_file_is_a_mistake_and_no_exception()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var mistake = Assert.Single(JobReader.Read(path, [], toTrain: true).Mistakes);
        Assert.Equal($"{path}:1:1: error COL1008: there is no such file", mistake.ToString());
    }

    [Fact]
    public void A_folder_or_no_name_in_place_of_a_file_is_a_mistake_and_no_exception()
    {
        Assert.Contains("folder", Assert.Single(JobReader.Read(Path.GetTempPath(), [], toTrain: true).Mistakes).Message);
        Assert.Equal(ErrorCode.Unreadable, Assert.Single(JobReader.Read(string.Empty, [], toTrain: true).Mistakes).Code);
    }
}
