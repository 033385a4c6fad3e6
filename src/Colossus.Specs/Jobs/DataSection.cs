using Colossus.Specs.Diagnostics;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>Reads <c>data</c>.</summary>
internal static class DataSection
{
    public static DataSpec Read(YamlSection section)
    {
        var sources = section.Texts("source");
        if (sources is { Count: 0 } || (sources?.Contains(string.Empty) ?? false))
        {
            section.Report("source", ErrorCode.NotAllowed, "data.source is empty", "use dotnet-docs, or files and globs of .txt, .md, .jsonl, .json, .xml or .parquet");
        }

        string tokenizer = section.Text("tokenizer") ?? "bytes";
        if (TokenizerVocabulary.SizeOf(tokenizer) is null)
        {
            section.Report("tokenizer", ErrorCode.NotAllowed, $"data.tokenizer is '{tokenizer}'", "use bytes, cl100k, o200k or gpt2:FOLDER");
        }

        var standard = new DataSpec(["dotnet-docs"]);
        var data = new DataSpec(
            sources ?? standard.Sources,
            tokenizer,
            section.Text("field") ?? standard.Field,
            section.Real("holdout", standard.Holdout, 0, 0.5),
            section.Text("cache"),
            section.Choice("onBadLine", standard.OnBadLine),
            section.Choice("attention", standard.Attention))
        {
            Exclude = [.. section.Sections("exclude").Select(ReadRule)],
        };
        section.End();
        return data;
    }

    private static ExclusionRule ReadRule(YamlSection section)
    {
        var rule = new ExclusionRule(section.Text("source"), section.Text("region"), section.Text("collectedAt"), section.Text("consent"), section.Text("subject"));
        section.End();
        if (rule == new ExclusionRule())
        {
            section.Report("source", ErrorCode.Missing, "this rule says nothing, so it would keep out every document", "give one or more of source, region, collectedAt, consent, subject");
        }

        return rule;
    }
}
