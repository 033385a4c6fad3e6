using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Specs.Sites;
using Colossus.Specs.Tables;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Cases;

/// <summary>Reads tables of measured runs with the columns of <c>data/published_runs.csv</c>.</summary>
public static class RunCaseReader
{
    // Programs whose kernels are fused also where they shard weights, and those that the vendor of the accelerator tunes.
    private static readonly string[] fusedSharding = ["Megatron", "NeMo"];
    private static readonly string[] vendors = ["NVIDIA", "Megatron", "NeMo", "mlcommons", "MLPerf"];

    private static readonly string[] required =
        ["layers", "hidden", "heads", "vocab", "seq", "gpu", "gpus", "precision", "tp", "pp", "dp", "micro_batch", "global_batch", "step_seconds"];

    /// <summary>Columns that a table lacks and cannot be read without.</summary>
    /// <param name="table">The table.</param>
    public static IReadOnlyList<string> MissingColumns(CsvTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return [.. required.Where(column => table.IndexOf(column) < 0)];
    }

    /// <summary>Reads every row; a row that cannot be represented says why.</summary>
    /// <param name="table">The table.</param>
    public static IReadOnlyList<RunCase> Read(CsvTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return [.. table.Rows.Select(ReadRow)];
    }

    private static RunCase ReadRow(CsvRow row)
    {
        string id = row["id"].Length > 0 ? row["id"] : $"line {row.Line}";
        try
        {
            return Interpret(row, id);
        }
        catch (CaseRefusedException refused)
        {
            return new RunCase(id, row["source"], row["model"], row.Number("step_seconds") ?? 0, null, default, null, null, refused.Message);
        }
    }

    private static RunCase Interpret(CsvRow row, string id)
    {
        double measured = row.Number("step_seconds") ?? 0;
        if (measured <= 0)
        {
            throw new CaseRefusedException($"step_seconds is '{row["step_seconds"]}'; a positive number is needed");
        }

        bool flash = row["flash_attention"] != "0";
        int zero = Optional(row, "zero", 1);
        MatrixFormat format = Format(row["precision"]);
        ModelShape model = Model(row);
        Layout layout = LayoutOf(row, zero);
        AcceleratorSpec accelerator = AcceleratorCatalogue.Find(row["gpu"])
            ?? throw new CaseRefusedException($"the catalogue has no accelerator '{row["gpu"]}'; it has {string.Join(", ", AcceleratorCatalogue.All.Select(static a => a.Id))}");
        if (accelerator.Peak(format) <= 0)
        {
            throw new CaseRefusedException($"{accelerator.Id} has no {row["precision"]} products");
        }

        IReadOnlyList<LayoutProblem> problems = LayoutRules.Check(model.Sizes, layout);
        if (problems.Count > 0)
        {
            throw new CaseRefusedException(string.Join("; ", problems));
        }

        if (layout.Ranks != Whole(row, "gpus"))
        {
            throw new CaseRefusedException($"tp {layout.Tensor} x pp {layout.Pipeline} x cp {layout.Context} x dp {layout.Data} is {layout.Ranks}, not the {row["gpus"]} gpus of the row");
        }

        SoftwareStack stack = Stack(row, accelerator.Generation, flash, zero);
        int domain = row["nvlink_domain"].Length == 0 ? accelerator.LinkDomain : Whole(row, "nvlink_domain");
        double network = Network(row) * 1e9 / 8;
        var machine = new Machine(accelerator, domain, network);
        return new RunCase(id, row["source"], row["model"], measured, model, layout, machine, new TrainingSetup(format, flash, stack), null);
    }

    // The column `software` decides where a table has one. Else what the row says: no flash attention is classic; sharded weights or gradients are PyTorch's own
    // unless the source names Megatron or NeMo; programs for the A100 are of the years before Megatron Core unless the vendor tuned them.
    private static SoftwareStack Stack(CsvRow row, AcceleratorGeneration generation, bool flash, int zero)
    {
        if (row["software"].Length > 0)
        {
            return Enum.TryParse(row["software"], ignoreCase: true, out SoftwareStack named) && Enum.IsDefined(named)
                ? named
                : throw new CaseRefusedException($"software is '{row["software"]}'; classic, sharded, fused, plain or native is needed");
        }

        if (generation == AcceleratorGeneration.Cpu)
        {
            return SoftwareStack.Native;
        }

        if (!flash)
        {
            return SoftwareStack.Classic;
        }

        if (zero >= 2 && !Names(row["source"], fusedSharding))
        {
            return SoftwareStack.Sharded;
        }

        return generation == AcceleratorGeneration.Ampere && !Names(row["source"], vendors) ? SoftwareStack.Plain : SoftwareStack.Fused;
    }

    private static bool Names(string source, string[] names) => names.Any(name => source.Contains(name, StringComparison.OrdinalIgnoreCase));

    private static ModelShape Model(CsvRow row)
    {
        int hidden = Whole(row, "hidden", ModelSizes.Widest);
        int heads = Whole(row, "heads", ModelSizes.Widest);
        bool latent = row["kv_heads"] == "MLA";
        ExpertsSpec? experts = null;
        int ffn = Optional(row, "ffn", 0, ModelSizes.Widest);
        if (Optional(row, "experts", 0) > 1)
        {
            int expertFfn = Optional(row, "expert_ffn", ffn, ModelSizes.Widest);
            experts = new ExpertsSpec(Whole(row, "experts", ModelSizes.MostExperts), Whole(row, "experts_active"), Optional(row, "experts_shared", 0, ModelSizes.MostExperts), expertFfn);
        }
        else if (ffn == 0)
        {
            throw new CaseRefusedException("a dense model needs ffn");
        }

        if (experts is not null && (experts.Active < 1 || experts.Active > experts.Count || experts.Ffn < 1))
        {
            throw new CaseRefusedException("experts_active lies outside 1 to experts, or expert_ffn is missing");
        }

        return new ModelShape(
            Whole(row, "layers", ModelSizes.MostLayers),
            hidden,
            heads,
            latent ? heads : Optional(row, "kv_heads", heads, ModelSizes.Widest),
            hidden / heads >= 64 || hidden % heads == 0 ? Math.Max(1, hidden / heads) : 64,
            ffn,
            row["gated"] == "1",
            Whole(row, "vocab", ModelSizes.Widest),
            Whole(row, "seq", ModelSizes.LongestSequence),
            TiedHead: false,
            experts,
            latent ? ModelPresets.Find("deepseek-v3")!.Model.Latent : null);
    }

    private static Layout LayoutOf(CsvRow row, int zero)
    {
        int tensor = Whole(row, "tp");
        int pipeline = Whole(row, "pp");
        int virtualStages = Optional(row, "vp", 1);
        if (pipeline == 1)
        {
            virtualStages = 1;
        }

        Recompute recompute = row["recompute"] switch
        {
            "" or "none" => Recompute.None,
            "selective" => Recompute.Selective,
            "full" => Recompute.Full,
            string other => throw new CaseRefusedException($"recompute is '{other}'; none, selective or full is needed"),
        };
        return new Layout(
            Whole(row, "dp"),
            tensor,
            pipeline,
            virtualStages,
            Optional(row, "cp", 1),
            Optional(row, "ep", 1),
            zero,
            row["sequence_parallel"] == "1" && tensor > 1,
            Whole(row, "micro_batch"),
            Whole(row, "global_batch"),
            recompute,
            Schedule(row, virtualStages));
    }

    // The column `schedule` is optional; without it several chunks a stage are interleaved.
    private static PipelineSchedule Schedule(CsvRow row, int virtualStages) => row["schedule"] switch
    {
        "" => virtualStages > 1 ? PipelineSchedule.Interleaved : PipelineSchedule.OneForwardOneBackward,
        "gpipe" => PipelineSchedule.GPipe,
        "1f1b" => PipelineSchedule.OneForwardOneBackward,
        "interleaved" => PipelineSchedule.Interleaved,
        "zero-bubble" => PipelineSchedule.ZeroBubble,
        string other => throw new CaseRefusedException($"schedule is '{other}'; gpipe, 1f1b, interleaved or zero-bubble is needed"),
    };

    private static MatrixFormat Format(string text) => text switch
    {
        "fp32" => MatrixFormat.Fp32,
        "fp16" => MatrixFormat.Fp16,
        "bf16" => MatrixFormat.Bf16,
        "fp8" => MatrixFormat.Fp8,
        "mxfp8" => MatrixFormat.Mxfp8,
        "nvfp4" => MatrixFormat.Nvfp4,
        _ => throw new CaseRefusedException($"precision is '{text}'; fp32, fp16, bf16, fp8, mxfp8 or nvfp4 is needed"),
    };

    // The bounds are those of a site.
    private static double Network(CsvRow row)
    {
        const string Column = "net_gbps_per_gpu";
        if (row[Column].Length == 0)
        {
            return 400;
        }

        return row.Number(Column) is double value and >= 1e-3 and <= 1e5 ? value : throw new CaseRefusedException($"{Column} is '{row[Column]}'; a number of 0.001 to 100000 is needed");
    }

    private static int Whole(CsvRow row, string column, int most = int.MaxValue) => Within(row, column, 1, most);

    private static int Optional(CsvRow row, string column, int fallback, int most = int.MaxValue) =>
        row[column].Length == 0 ? fallback : Within(row, column, 0, most);

    private static int Within(CsvRow row, string column, int least, int most) =>
        row.Whole(column) is int value && value >= least && value <= most
            ? value
            : throw new CaseRefusedException($"{column} is '{row[column]}'; a whole number of {least} to {most} is needed");
}
