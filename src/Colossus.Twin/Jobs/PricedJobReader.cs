using System.Globalization;
using Colossus.Plan.Layouts;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Sites;
using Colossus.Twin.Pricing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Colossus.Twin.Jobs;

/// <summary>
/// Reads the parts of a job file that decide what a step costs: <c>model</c> (a preset, sizes, or both), <c>train</c> (batches, precision) and <c>parallel</c>.
/// Other sections may be anything. Formats that only the twin knows (mxfp8, nvfp4) are accepted.
/// </summary>
public sealed class PricedJobReader
{
    private static readonly string[] modelKeys =
        ["preset", "layers", "hidden", "heads", "kvHeads", "headWidth", "ffn", "activation", "vocab", "sequence", "tiedHead", "ropeBase", "normEpsilon", "experts"];

    private static readonly string[] parallelKeys =
        ["data", "tensor", "pipeline", "virtualStages", "context", "expert", "zero", "sequenceParallel", "recompute", "schedule"];

    private readonly string source;
    private readonly List<string> problems = [];

    private PricedJobReader(string source) => this.source = source;

    /// <summary>Reads a job; all mistakes at once.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="source">Name of the file for messages.</param>
    /// <param name="settings">Values that replace those of the file, each as <c>section.key=value</c>.</param>
    public static PricedJobReading Read(string text, string source, IReadOnlyList<string>? settings = null)
    {
        var reader = new PricedJobReader(source);
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            YamlMappingNode root = stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode map ? map : [];
            foreach (string setting in settings ?? [])
            {
                reader.Apply(root, setting);
            }

            PricedJob job = reader.Job(root);
            return new PricedJobReading(reader.problems.Count == 0 ? job : null, reader.problems);
        }
        catch (YamlException error)
        {
            return new PricedJobReading(null, [$"{source}:{error.Start.Line}:{error.Start.Column}: error: {error.InnerException?.Message ?? error.Message}"]);
        }
    }

    private void Apply(YamlMappingNode root, string setting)
    {
        int equals = setting.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            problems.Add($"--set {setting}: error: use section.key=value, such as parallel.tensor=8");
            return;
        }

        string[] path = setting[..equals].Split('.');
        YamlMappingNode at = root;
        foreach (string part in path[..^1])
        {
            if (!at.Children.TryGetValue(part, out YamlNode? next) || next is not YamlMappingNode section)
            {
                section = [];
                at.Children[part] = section;
            }

            at = section;
        }

        at.Children[path[^1]] = new YamlScalarNode(setting[(equals + 1)..]);
    }

    private PricedJob Job(YamlMappingNode root)
    {
        YamlMappingNode model = Section(root, "model", modelKeys, required: true);
        YamlMappingNode train = Section(root, "train", null, required: false);
        YamlMappingNode parallel = Section(root, "parallel", parallelKeys, required: false);
        ModelShape shape = Model(model);
        int microBatch = Whole(train, "train.microBatch", 1);
        int globalBatch = Whole(train, "train.globalBatch", 32);
        int tensor = Whole(parallel, "parallel.tensor", 1);
        int virtualStages = Whole(parallel, "parallel.virtualStages", 1);
        var layout = new Layout(
            Whole(parallel, "parallel.data", 1),
            tensor,
            Whole(parallel, "parallel.pipeline", 1),
            virtualStages,
            Whole(parallel, "parallel.context", 1),
            Whole(parallel, "parallel.expert", 1),
            Whole(parallel, "parallel.zero", 1, least: 0),
            Choice(parallel, "parallel.sequenceParallel", ("true", true), ("false", false)) && tensor > 1,
            microBatch,
            globalBatch,
            Choice(parallel, "parallel.recompute", ("none", Recompute.None), ("selective", Recompute.Selective), ("full", Recompute.Full)),
            Choice(
                parallel,
                "parallel.schedule",
                (virtualStages > 1 ? "interleaved" : "1f1b", virtualStages > 1 ? PipelineSchedule.Interleaved : PipelineSchedule.OneForwardOneBackward),
                ("1f1b", PipelineSchedule.OneForwardOneBackward),
                ("interleaved", PipelineSchedule.Interleaved),
                ("gpipe", PipelineSchedule.GPipe),
                ("zero-bubble", PipelineSchedule.ZeroBubble)));
        MatrixFormat format = Choice(
            train,
            "train.precision",
            ("bf16", MatrixFormat.Bf16),
            ("fp32", MatrixFormat.Fp32),
            ("autocast", MatrixFormat.Bf16),
            ("fp16", MatrixFormat.Fp16),
            ("fp8", MatrixFormat.Fp8),
            ("mxfp8", MatrixFormat.Mxfp8),
            ("nvfp4", MatrixFormat.Nvfp4));
        return new PricedJob(shape, layout, new TrainingSetup(format, FlashAttention: true, SoftwareStack.Fused));
    }

    private ModelShape Model(YamlMappingNode node)
    {
        ModelShape? preset = null;
        if (Text(node, "preset") is string name)
        {
            preset = ModelShapeCatalogue.Find(name);
            if (preset is null)
            {
                Problem(node.Children["preset"], $"model.preset '{name}' is not known; use one of {string.Join(", ", ModelShapeCatalogue.All.Select(static pair => pair.Key))}");
            }
        }

        int hidden = Whole(node, "model.hidden", preset?.Hidden);
        int heads = Whole(node, "model.heads", preset?.Heads);
        int ffn = Whole(node, "model.ffn", preset?.Ffn ?? (4 * hidden));
        bool gated = Choice(
            node,
            "model.activation",
            (preset is { Gated: false } ? "gelu" : "swiglu", preset?.Gated ?? true),
            ("swiglu", true),
            ("geglu", true),
            ("gelu", false),
            ("squared-relu", false));
        ExpertsSpec? experts = preset?.Experts;
        if (node.Children.TryGetValue("experts", out YamlNode? expertsNode) && expertsNode is YamlMappingNode map)
        {
            Known(map, "model.experts.", ["count", "active", "shared", "ffn"]);
            experts = new ExpertsSpec(
                Whole(map, "model.experts.count", experts?.Count),
                Whole(map, "model.experts.active", experts?.Active ?? 1),
                Whole(map, "model.experts.shared", experts?.Shared ?? 0, least: 0),
                Whole(map, "model.experts.ffn", experts?.Ffn ?? ffn));
            if (experts.Active > experts.Count)
            {
                Problem(map, $"model.experts.active is {experts.Active}, more than the {experts.Count} experts");
            }
        }

        if (heads > hidden || (preset is null && hidden % heads != 0))
        {
            Problem(node, $"model.hidden {hidden} is not a multiple of model.heads {heads}");
        }

        return new ModelShape(
            Whole(node, "model.layers", preset?.Layers),
            hidden,
            heads,
            Whole(node, "model.kvHeads", preset?.KvHeads ?? heads),
            Whole(node, "model.headWidth", preset?.HeadWidth ?? Math.Max(1, hidden / heads)),
            ffn,
            gated,
            Whole(node, "model.vocab", preset?.Vocab ?? 256),
            Whole(node, "model.sequence", preset?.Sequence),
            Choice(node, "model.tiedHead", ("false", false), ("true", true)),
            experts,
            preset?.Latent,
            preset?.DenseLayers ?? 0);
    }

    private YamlMappingNode Section(YamlMappingNode root, string name, string[]? keys, bool required)
    {
        if (!root.Children.TryGetValue(name, out YamlNode? node))
        {
            if (required)
            {
                Problem(root, $"{name} is missing; give a preset or sizes");
            }

            return [];
        }

        if (node is not YamlMappingNode section)
        {
            Problem(node, $"{name} is a mapping");
            return [];
        }

        if (keys is not null)
        {
            Known(section, name + ".", keys);
        }

        return section;
    }

    private void Known(YamlMappingNode map, string prefix, string[] keys)
    {
        foreach (YamlNode key in map.Children.Keys)
        {
            string name = (key as YamlScalarNode)?.Value ?? "";
            if (!keys.Contains(name, StringComparer.Ordinal))
            {
                Problem(key, $"{prefix}{name} is not known here; use {string.Join(", ", keys)}");
            }
        }
    }

    private int Whole(YamlMappingNode map, string path, int? fallback, int least = 1)
    {
        string key = path[(path.LastIndexOf('.') + 1)..];
        if (Text(map, key) is not string text)
        {
            if (fallback is null)
            {
                Problem(map, $"{path} is missing; give it, or a model.preset");
            }

            return fallback ?? 1;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least)
        {
            return value;
        }

        Problem(map.Children[key], $"{path} is '{text}'; use a whole number of {least} or more");
        return fallback ?? 1;
    }

    private T Choice<T>(YamlMappingNode map, string path, params (string Name, T Value)[] choices)
    {
        string key = path[(path.LastIndexOf('.') + 1)..];
        string? text = Text(map, key);
        if (text is null)
        {
            return choices[0].Value;
        }

        foreach ((string name, T value) in choices)
        {
            if (name == text)
            {
                return value;
            }
        }

        Problem(map.Children[key], $"{path} is '{text}'; use {string.Join(", ", choices.Select(static choice => choice.Name).Distinct())}");
        return choices[0].Value;
    }

    private static string? Text(YamlMappingNode map, string key) =>
        map.Children.TryGetValue(key, out YamlNode? node) && node is YamlScalarNode { Value: string value } ? value : null;

    private void Problem(YamlNode node, string message) =>
        problems.Add(string.Create(CultureInfo.InvariantCulture, $"{source}:{Math.Max(1, node.Start.Line)}:{Math.Max(1, node.Start.Column)}: error: {message}"));
}
