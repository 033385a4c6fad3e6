using System.Text;
using Colossus.Data.Shards;
using Colossus.Data.Tokenizers;
using Colossus.Specs.Jobs;

namespace Colossus.Data.Tests;

/// <summary>A folder of its own for one test, with a cache in it.</summary>
internal sealed class TempFolder : IDisposable
{
    public TempFolder() => Root = Directory.CreateTempSubdirectory("colossus-data-").FullName;

    public string Root { get; }

    public string Cache => Path.Combine(Root, "cache");

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public CorpusInfo Build(DataSpec data, IProgress<CorpusProgress>? progress = null) =>
        BuildUntil(data, progress, TestContext.Current.CancellationToken);

    public CorpusInfo BuildUntil(DataSpec data, IProgress<CorpusProgress>? progress, CancellationToken cancellation) =>
        CorpusBuilder.Build(data with { Cache = data.Cache ?? Cache }, Root, progress, cancellation);

    public CorpusInfo Build(params string[] sources) => Build(new DataSpec(sources, Holdout: 0));

    public IReadOnlyList<CorpusProblem> Problems(DataSpec data) => Assert.Throws<CorpusException>(() => Build(data)).Problems;

    public CorpusProblem Problem(params string[] sources) => Assert.Single(Problems(new DataSpec(sources)));

    /// <summary>The documents of a corpus of bytes, both splits, as texts.</summary>
    public static IReadOnlyList<string> Texts(CorpusInfo info) => [.. Texts(info, heldOut: false), .. Texts(info, heldOut: true)];

    public static IReadOnlyList<string> Texts(CorpusInfo info, bool heldOut)
    {
        var tokens = Tokens(info, heldOut);
        var text = TextTokenizers.Create(info.Tokenizer).Decode(tokens);
        return text.Length == 0 ? [] : text.TrimEnd('\0').Split('\0');
    }

    public static int[] Tokens(CorpusInfo info, bool heldOut)
    {
        using var corpus = TokenCorpus.Open(info.Folder);
        var count = heldOut ? info.HeldOutTokens : info.TrainTokens;
        if (count == 0)
        {
            return [];
        }

        // One sample as long as the split.
        var tokens = new int[count];
        if (heldOut)
        {
            corpus.ReadHeldOut(0, (int)count - 1, tokens);
        }
        else
        {
            corpus.ReadTrain(0, (int)count - 1, tokens);
        }

        return tokens;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
