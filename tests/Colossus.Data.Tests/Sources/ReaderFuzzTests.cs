using System.Text;
using Colossus.Data.Sources;
using Colossus.Testing;

namespace Colossus.Data.Tests.Sources;

/// <summary>Damaged files are read or refused; nothing else may come out of a reader. A failure prints its seed.</summary>
public sealed class ReaderFuzzTests
{
    private const string Lines = """
        {"id":1,"text":"First € \u00e9 \ud83d\ude00 text","meta":{"text":"inner","list":[1,-2.5e3,true,null]}}
        {"text":"Second \"quoted\" \\ line\n","region":"EU"}

        {"text":null}
        """;

    [Theory]
    [InlineData("a.jsonl", SourceKind.JsonLines, SourcePacking.None, 2000, 40_000)]
    [InlineData("a.json", SourceKind.Json, SourcePacking.None, 2000, 40_000)]
    [InlineData("a.txt", SourceKind.Text, SourcePacking.None, 500, 10_000)]
    [InlineData("a.xml", SourceKind.Xml, SourcePacking.None, 500, 10_000)]
    [InlineData("a.jsonl.gz", SourceKind.JsonLines, SourcePacking.Gzip, 1000, 20_000)]
    [InlineData("a.jsonl.zst", SourceKind.JsonLines, SourcePacking.Zstandard, 1000, 20_000)]
    [InlineData("a.parquet", SourceKind.Parquet, SourcePacking.None, 1500, 20_000)]
    public void A_damaged_file_is_read_or_refused(string name, object kind, object packing, int normal, int thorough)
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Root, name);
        var whole = Whole(path, (SourceKind)kind);
        for (var seed = 0; seed < Effort.Times(normal, thorough); seed++)
        {
            var bytes = Damage(whole, new Random(seed));
            File.WriteAllBytes(path, bytes);
            try
            {
                ReadAll(new SourceFile(path, name, (SourceKind)kind, bytes.Length, 0, (SourcePacking)packing), skip: seed % 2 == 0);
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}: {error}");
            }
        }
    }

    private static void ReadAll(SourceFile file, bool skip)
    {
        var problems = new ProblemList();
        long skipped = 0;
        var context = new ReadingContext("meta.text", problems, skip ? _ => skipped++ : null, TestContext.Current.CancellationToken);
        long characters = 0;
        foreach (var document in new DocumentReader(context).Read(file))
        {
            Assert.False(string.IsNullOrWhiteSpace(document.Text));
            characters += document.Text.Length;
            Assert.Equal(document.Text, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(document.Text)));
        }

        Assert.InRange(characters, 0, 1 << 20);
    }

    private static byte[] Whole(string path, SourceKind kind)
    {
        switch (kind)
        {
            case SourceKind.Parquet:
                ParquetFiles.Write(
                    path,
                    [ParquetFiles.Float16("half"), ParquetFiles.Group("meta", ParquetSharp.Repetition.Optional, ParquetFiles.Text("text")), ParquetFiles.Text("other")],
                    [.. Enumerable.Range(0, 50).Select(i => i % 5 == 0 ? null : Encoding.UTF8.GetBytes($"Row {i % 7} of many"))]);
                return File.ReadAllBytes(path);
            case SourceKind.Json:
                return Encoding.UTF8.GetBytes($"[{Lines.Replace("\n", ",", StringComparison.Ordinal).Replace(",,", ",", StringComparison.Ordinal)}]");
            case SourceKind.Xml:
                return Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY e \"x\">]><a b=\"c\">Some &amp; <d>text</d><![CDATA[more]]><!-- note --></a>");
            default:
                return Path.GetExtension(path) is ".gz" or ".zst" ? Packed.By(Path.GetExtension(path), Lines) : Encoding.UTF8.GetBytes(Lines);
        }
    }

    // Flips, overwrites, cuts, doubles: up to four times.
    private static byte[] Damage(byte[] whole, Random random)
    {
        byte[] interesting = [0, 0xFF, 0x7F, 0x80, (byte)'"', (byte)'\\', (byte)'{', (byte)']', (byte)',', (byte)'\n', 0xC3, 0xED];
        var bytes = whole.ToList();
        for (var times = random.Next(1, 5); times > 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = interesting[random.Next(interesting.Length)];
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 20)));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(1, 20))));
                    break;
                default:
                    for (var i = at; i < Math.Min(bytes.Count, at + random.Next(1, 8)); i++)
                    {
                        bytes[i] = (byte)random.Next(256);
                    }

                    break;
            }
        }

        return [.. bytes];
    }
}
