using Colossus.Specs.Diagnostics;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>Reads <c>data</c>.</summary>
internal sealed class DataSectionReader(YamlSection section)
{
    public YamlSection Section => section;

    public DataSpec Read()
    {
        string tokenizer = section.Text("tokenizer") ?? "bytes";
        if (TokenizerVocabulary.SizeOf(tokenizer) is null)
        {
            section.Report("tokenizer", ErrorCode.NotAllowed, $"data.tokenizer is '{tokenizer}'; use bytes, cl100k, o200k or gpt2:FOLDER");
        }

        var data = new DataSpec(
            section.Texts("source") ?? ["dotnet-docs"],
            tokenizer,
            section.Text("field") ?? "text",
            section.Real("holdout", 0.01, 0, 0.5),
            section.Text("cache"));
        if (section.Texts("exclude") is { Count: > 0 })
        {
            section.Report("exclude", ErrorCode.NotTrainable, "data.exclude: rules of exclusion cannot be applied yet; remove the key, or the documents from the source");
        }

        section.End();
        return data;
    }
}
