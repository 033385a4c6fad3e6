using Colossus.Specs.Jobs;

namespace Colossus.Specs.Tests.Jobs;

public sealed class JobReaderTests
{
    private const string flow = """
        name: quickstart
        model:                      # or  preset: grok-1
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
          source: dotnet-docs       # or paths
          tokenizer: bytes
          exclude: [ { region: EU, collectedAt: 2024-05-* }, { consent: none } ]
        train:
          steps: 300
          globalBatch: 32           # sequences
          microBatch: 4
          precision: bf16           # fp32 | bf16 | fp8
          optimizer: { name: adamw, learningRate: 1e-3, warmup: 20, schedule: cosine, weightDecay: 0.1, clip: 1.0 }
          seed: 1
        parallel: { data: 2, tensor: 1, pipeline: 1, virtualStages: 1, context: 1, expert: 1, zero: 1,
                    sequenceParallel: true, recompute: none, schedule: 1f1b }
        checkpoint: { every: 50, keep: 3 }                 # or  every: auto
        resilience: { heartbeat: 0.5s, spares: 1, maxRestarts: 100, snapshotEvery: 1 }
        """;

    private const string block = """
        name: quickstart
        model:
          layers: 6
          hidden: 384
          heads: 6
          kvHeads: 6
          ffn: 1024
          activation: swiglu
          vocab: 256
          sequence: 256
          experts:
            count: 8
            active: 2
            shared: 0
        data:
          source:
            - dotnet-docs
          tokenizer: bytes
          exclude:
            - region: EU
              collectedAt: 2024-05-*
            - consent: none
        train:
          steps: 300
          globalBatch: 32
          microBatch: 4
          precision: bf16
          optimizer:
            name: adamw
            learningRate: 0.001
            warmup: 20
            schedule: cosine
            weightDecay: 0.1
            clip: 1
          seed: 1
        parallel:
          data: 2
          tensor: 1
          pipeline: 1
          virtualStages: 1
          context: 1
          expert: 1
          zero: 1
          sequenceParallel: true
          recompute: none
          schedule: 1f1b
        checkpoint:
          every: 50
          keep: 3
        resilience:
          heartbeat: "500ms"
          spares: 1
          maxRestarts: 100
          snapshotEvery: 1
        """;

    [Fact]
    public void Every_key_is_read()
    {
        var job = Read.Job(flow);
        var expected = new JobSpec(
            "quickstart",
            new ModelSpec(6, 384, 6, 6, 64, 1024, Activation.SwiGlu, 256, 256, Experts: new ExpertsSpec(8, 2, 0, 1024)),
            new DataSpec(["dotnet-docs"]) { Exclude = [new ExclusionRule(Region: "EU", CollectedAt: "2024-05-*"), new ExclusionRule(Consent: "none")] },
            new TrainSpec(300, 32, 4, Precision.Bf16, ProductFormat.Auto, new OptimizerSpec()),
            new ParallelSpec(Data: 2),
            new CheckpointSpec(),
            new ResilienceSpec(TimeSpan.FromSeconds(0.5)));
        Assert.Equal(expected, job);
        Assert.Equal(expected.GetHashCode(), job.GetHashCode());
    }

    [Fact]
    public void Flow_and_block_style_say_the_same() => Assert.Equal(Read.Job(flow), Read.Job(block));

    [Fact]
    public void Lines_may_end_as_on_windows() => Assert.Equal(Read.Job(block), Read.Job(block.ReplaceLineEndings("\r\n")));

    [Fact]
    public void Everything_but_the_model_has_a_default()
    {
        var job = Read.Job(Read.Minimal);
        Assert.Equal("job", job.Name);
        Assert.Equal(new ModelSpec(2, 128, 4, 4, 32, 384, Activation.SwiGlu, 256, 256), job.Model);
        Assert.Equal(new DataSpec(["dotnet-docs"]), job.Data);
        Assert.Equal(new TrainSpec(300, 32, 4, Precision.Bf16, ProductFormat.Auto, new OptimizerSpec()), job.Train);
        Assert.Equal(new ParallelSpec(), job.Parallel);
        Assert.Equal(new CheckpointSpec(), job.Checkpoint);
        Assert.Null(job.Workload);
    }

    [Theory]
    [InlineData("swiglu", 128, 384)] // 341.3 to the next 64
    [InlineData("geglu", 192, 512)] // exactly 512
    [InlineData("gelu", 128, 512)]
    [InlineData("squared-relu", 128, 512)]
    public void The_feed_forward_width_follows_the_activation(string activation, int hidden, int ffn) =>
        Assert.Equal(ffn, Read.Job($"model: {{ layers: 1, hidden: {hidden}, heads: 4, activation: {activation} }}").Model.Ffn);

    [Theory]
    [InlineData("bytes", 256)]
    [InlineData("cl100k", 100_277)]
    [InlineData("o200k", 200_019)]
    [InlineData("gpt2:files", 50_257)]
    public void The_vocabulary_follows_the_tokenizer(string tokenizer, int vocab) =>
        Assert.Equal(vocab, Read.Job($"{Read.Minimal}data: {{ tokenizer: '{tokenizer}' }}").Model.Vocab);

    [Theory]
    [InlineData(50, 5)]
    [InlineData(5, 0)]
    [InlineData(1000, 20)]
    public void The_warm_up_is_short_for_a_short_run(int steps, int warmup) =>
        Assert.Equal(warmup, Read.Job($"{Read.Minimal}train: {{ steps: {steps} }}").Train.Optimizer.Warmup);

    [Theory]
    [InlineData("", 1, 32, 4)]
    [InlineData("", 3, 33, 1)]
    [InlineData("", 16, 32, 2)]
    [InlineData("", 100, 100, 1)]
    [InlineData("globalBatch: 6", 2, 6, 3)]
    [InlineData("microBatch: 5", 2, 40, 5)]
    public void The_default_batch_fits_the_replicas(string train, int data, int globalBatch, int microBatch)
    {
        var job = Read.Job($"{Read.Minimal}train: {{ {train} }}\nparallel: {{ data: {data} }}");
        Assert.Equal((globalBatch, microBatch), (job.Train.GlobalBatch, job.Train.MicroBatch));
    }

    [Fact]
    public void Virtual_stages_choose_the_interleaved_schedule() =>
        Assert.Equal(PipelineSchedule.Interleaved, Read.Job("model: { layers: 8, hidden: 128, heads: 4 }\nparallel: { pipeline: 2, virtualStages: 2 }").Parallel.Schedule);

    [Fact]
    public void A_checkpoint_may_be_left_to_the_failure_rate()
    {
        Assert.Equal(new CheckpointSpec(50, 3, Auto: true), Read.Job($"{Read.Minimal}checkpoint: {{ every: auto }}").Checkpoint);
        Assert.Equal("job.yaml:2:22: error COL1003: checkpoint.every is 'often', not a whole number; use 0 to 2147483647", Read.Mistake($"{Read.Minimal}checkpoint: {{ every: often }}"));
    }

    [Fact]
    public void Another_program_needs_no_model()
    {
        var job = Read.Job("workload: { command: [python3, train.py, --lr, '0.1'] }\nparallel: { data: 4 }");
        Assert.Equal(new WorkloadSpec(["python3", "train.py", "--lr", "0.1"]), job.Workload);
        Assert.Equal(ModelSpec.None, job.Model);
        Assert.Contains("workload.command is missing", Read.Mistake("workload: { }"), StringComparison.Ordinal);
        Assert.Contains("workload.command is empty", Read.Mistake("workload: { command: [] }"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("runs/my job (2).yaml", "my-job--2-")]
    [InlineData("..yaml", "job")]
    [InlineData("-x.yaml", "x")]
    [InlineData("a.b.yaml", "a.b")]
    public void The_name_of_the_file_becomes_the_name_of_the_run(string file, string name) =>
        Assert.Equal(name, JobReader.Parse(Read.Minimal, file, [], toTrain: false).Job!.Name);

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("'a b'")]
    [InlineData("''")]
    [InlineData(".hidden")]
    public void A_name_that_leaves_the_folder_is_refused(string name) => Assert.StartsWith("job.yaml:1:7: error COL1004: name is", Read.Mistake($"name: {name}\n{Read.Minimal}"));

    [Fact]
    public void All_mistakes_of_a_file_come_at_once_in_its_order()
    {
        const string Text = """
            name: a b
            model: { layers: many, hidden: 128, heads: 3, hiden: 4 }
            train:
              steps: 0
              precision: bf61
              optimizer: { learningRate: -1, beta2: 1 }
            parallel: { data: 2, zero: 4 }
            resilience: { heartbeat: 5 }
            trian: { }
            """;
        Assert.Equal(
            [
                "job.yaml:1:7: error COL1004: name is 'a b', but it names a folder; use up to 100 letters, digits, '-', '_' and '.', a letter or digit first",
                "job.yaml:2:18: error COL1003: model.layers is 'many', not a whole number; use 1 to 100000",
                "job.yaml:2:44: error COL1006: model.heads is 3, but model.hidden (128) is not divisible by it; use 1, 2, 4, 8, 16, 32, 64 or 128, or give model.headWidth",
                "job.yaml:2:47: error COL1002: model.hiden is not a key; did you mean model.hidden? model has preset, hidden, heads, layers, activation, ffn, kvHeads, headWidth, vocab, sequence, tiedHead, ropeBase, normEpsilon, experts, norm, postNorm, biases, positions, rotaryShare, ropeScaling, latent, queryKeyNorm, scoreCap, embeddingScale, logitScale",
                "job.yaml:4:10: error COL1004: train.steps is 0; use 1 to 2147483647",
                "job.yaml:5:14: error COL1004: train.precision is 'bf61'; did you mean bf16? allowed are fp32, autocast, bf16, fp8",
                "job.yaml:6:30: error COL1004: train.optimizer.learningRate is -1; use more than 0",
                "job.yaml:6:41: error COL1004: train.optimizer.beta2 is 1; use a number between 0 and 1, neither of them",
                "job.yaml:7:28: error COL1004: parallel.zero is 4; use 0 to 3",
                "job.yaml:8:26: error COL1003: resilience.heartbeat is '5', not a time such as 0.5s, 500ms, 20m or 2d; use 10 ms to 1 h",
                "job.yaml:9:1: error COL1002: trian is not a key; did you mean train? a job has name, workload, data, model, parallel, train, checkpoint, resilience",
            ],
            Read.Mistakes(Text).Select(mistake => mistake.Headline));
    }

    [Fact]
    public void Load_with_a_misspelt_key_that_must_be_there_reports_it_once() => Assert.StartsWith(
        "job.yaml:1:34: error COL1002: model.headz is not a key; did you mean model.heads?",
        Read.Mistake("model: { layers: 2, hidden: 128, headz: 4 }"),
        StringComparison.Ordinal);

    [Fact]
    public void A_missing_model_is_one_mistake() =>
        Assert.Equal("job.yaml:1:1: error COL1005: model is missing; give a preset, or layers, hidden and heads, as in model: { layers: 2, hidden: 128, heads: 4 }", Read.Mistake("train: { steps: 10 }"));

    [Fact]
    public void Missing_sizes_are_each_reported_at_their_section() =>
        Assert.Equal(
            ["job.yaml:2:1: error COL1005: model.heads is missing; give a whole number", "job.yaml:2:1: error COL1005: model.layers is missing; give a whole number"],
            Read.Mistakes("name: a\nmodel: { hidden: 8 }").Select(mistake => mistake.Headline).Order());

    [Fact]
    public void A_section_of_the_wrong_type_is_one_mistake() =>
        Assert.Equal("job.yaml:1:8: error COL1003: model is 'grok-1', not a section of keys; write it as in model: { key: value }", Read.Mistake("model: grok-1"));

    [Fact]
    public void A_rule_is_silent_about_values_that_could_not_be_read() =>
        Assert.Single(Read.Mistakes($"{Read.Minimal}train: {{ globalBatch: x, microBatch: 7 }}\nparallel: {{ data: 5 }}"));

    [Fact]
    public void The_largest_seed_is_kept() => Assert.Equal(ulong.MaxValue, Read.Job($"{Read.Minimal}train: {{ seed: 18446744073709551615 }}").Train.Seed);

    [Fact]
    public void A_seed_beyond_64_bits_is_refused() => Assert.Contains("train.seed is 18446744073709551616", Read.Mistake($"{Read.Minimal}train: {{ seed: 18446744073709551616 }}"), StringComparison.Ordinal);

    [Fact]
    public void A_rule_of_exclusion_that_says_nothing_is_refused() =>
        Assert.StartsWith("job.yaml:2:20: error COL1005: this rule says nothing", Read.Mistake($"{Read.Minimal}data: {{ exclude: [ {{ }} ] }}"));

    [Fact]
    public void A_file_that_is_not_there_is_a_mistake_not_an_exception()
    {
        var folder = Path.GetDirectoryName(Environment.ProcessPath)!;
        Assert.EndsWith("error COL1008: there is no such file; give the path of a job file", Assert.Single(JobReader.Read(Path.Combine(folder, "absent.yaml"), [], true).Mistakes).Headline);
        Assert.Contains("COL1008: this is a folder", Assert.Single(JobReader.Read(folder, [], true).Mistakes).Headline, StringComparison.Ordinal);
        Assert.Contains("COL1008", Assert.Single(JobReader.Read("", [], true).Mistakes).Headline, StringComparison.Ordinal);
        Assert.Contains("COL1008", Assert.Single(JobReader.Read("a\0b", [], true).Mistakes).Headline, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_resolved_job_is_refused_with_its_mistakes()
    {
        Assert.Equal(Read.Job(Read.Minimal), JobReader.ReadResolved(Read.Minimal, "job.yaml"));
        Assert.Contains("COL1004", Assert.Throws<FormatException>(() => JobReader.ReadResolved($"{Read.Minimal}train: {{ steps: 0 }}", "job.yaml")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Samples_are_sound(string file) => Assert.Empty(JobReader.Read(Path.Combine(Repository.Root, "samples", file), [], toTrain: false).Mistakes);

    public static TheoryData<string> Samples() => [.. Directory.GetFiles(Path.Combine(Repository.Root, "samples"), "*.yaml").Select(path => Path.GetFileName(path))];
}
