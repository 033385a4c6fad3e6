using System.Text;
using Colossus.Data.Shards;
using Colossus.Data.Sources;
using Colossus.Specs.Jobs;

namespace Colossus.Data.Tests.Sources;

public sealed class DotnetDocsTests
{
    [Fact]
    public void The_sdk_yields_more_than_ten_megabytes_of_english()
    {
        using var folder = new TempFolder();
        var log = new ProgressLog();
        var info = folder.Build(new DataSpec(["dotnet-docs"]), log);
        Assert.True(info.TrainBytes > 10_000_000, info.ToString());
        Assert.InRange(info.HeldOutBytes, info.TrainBytes / 400, info.TrainBytes / 25);
        Assert.Equal(info.TrainTokens, info.TrainBytes);
        var texts = TempFolder.Texts(info);
        Assert.Equal(info.Documents, texts.Count);
        Assert.Equal(texts.Count, texts.Distinct(StringComparer.Ordinal).Count());
        var bitArray = Assert.Single(texts, text => text.Contains("\nManages a compact array of bit values", StringComparison.Ordinal));
        Assert.Contains("where true indicates that the bit is on (1) and false", bitArray, StringComparison.Ordinal);
        Assert.DoesNotContain("<see ", bitArray, StringComparison.Ordinal);
        Assert.DoesNotContain("  ", bitArray, StringComparison.Ordinal);
        Assert.DoesNotContain("T:System", bitArray, StringComparison.Ordinal);

        var read = log.Reports.Where(report => report.Stage == "reading text").Select(report => report.BytesDone).ToList();
        Assert.True(read.Count > 3);
        Assert.Equal(read.Order(), read);
        Assert.Equal(log.Reports[^1].BytesTotal, log.Reports[^1].BytesDone);

        using var again = new TempFolder();
        Assert.Equal(info.TokensSha256, again.Build(new DataSpec(["dotnet-docs"])).TokensSha256);
        using var corpus = TokenCorpus.Open(info.Folder);
        var ids = corpus.Documents().Select(document => document.Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Members_are_rendered_as_prose()
    {
        var texts = Read("""
            <member name="T:N.Box`1"><summary>A box of <typeparamref name="T" />, see <see cref="T:N.Other`2" /> and <see cref="M:N.Box`1.Put(`0)">put</see>.</summary>
              <typeparam name="T">What is in it.</typeparam></member>
            <member name="M:N.Box`1.#ctor(System.Int32)"><summary>Makes
                one.</summary><param name="size">Its size, or <see langword="null" />.</param><param name="empty"></param>
              <exception cref="T:System.ArgumentException"><paramref name="size" /> is bad.</exception></member>
            <member name="M:N.Box`1.Put(`0)"><summary>Puts.</summary><returns>How many.</returns>
              <remarks><para>First.</para><para>Second:</para><list type="bullet"><item><description>a</description></item><item><term>b</term><description>c</description></item></list>
              <code>if (x)
                y();</code></remarks></member>
            <member name="P:N.Box`1.System#Collections#ICollection#Count"><summary>Counts, as <see cref="P:N.Box`1.Count" /> and <see cref="M:N.Box`1.#ctor(System.Int32)" /> do.</summary></member>
            <member name="P:N.Box`1.Empty"><inheritdoc /></member>
            """);
        Assert.Equal(["""
            N.Box
            A box of T, see Other and put.
            T: What is in it.

            Box(size, empty)
            Makes one.
            size: Its size, or null.
            Throws ArgumentException: size is bad.

            Put()
            Puts.
            Returns: How many.
            First.
            Second:
            a
            b c
            if (x)
                y();

            Count
            Counts, as Box.Count and Box do.
            """], texts.Select(text => text.Replace("                y", "    y", StringComparison.Ordinal)));
    }

    [Fact]
    public void Repeated_members_are_left_out_and_small_types_share_a_document()
    {
        var texts = Read("""
            <member name="T:N.A"><summary>The first.</summary></member>
            <member name="M:N.A.M"><summary>Does it.</summary></member>
            <member name="M:N.A.M(System.Int32)"><summary>Does it.</summary></member>
            <member name="T:N.B"><summary>The second.</summary></member>
            <member name="M:N.B.M"><summary>Does it.</summary></member>
            <member name="T:Other.C"><summary>The third.</summary></member>
            """);
        Assert.Equal(["N.A\nThe first.\n\nM()\nDoes it.\n\nN.B\nThe second.", "Other.C\nThe third."], texts);
    }

    [Fact]
    public void A_large_type_is_cut_between_members()
    {
        var members = new StringBuilder();
        for (var i = 0; i < 1000; i++)
        {
            members.Append($"<member name=\"M:N.A.M{i}\"><summary>Does the {i}th of many things.</summary></member>");
        }

        var texts = Read(members.ToString());
        Assert.InRange(texts.Count, 2, 4);
        Assert.All(texts, text => Assert.StartsWith("N.A\n", text, StringComparison.Ordinal));
        Assert.All(texts, text => Assert.InRange(text.Length, 1000, 17 << 10));
    }

    private static List<string> Read(string members)
    {
        using var folder = new TempFolder();
        var path = folder.Write("docs.xml", $"<?xml version=\"1.0\"?><doc><members>{members}</members></doc>");
        var problems = new ProblemList();
        var texts = new DotnetDocsReader(new ReadingContext("text", problems))
            .Read(new SourceFile(path, "docs", SourceKind.DotnetDocs, 1, 0))
            .Select(document => document.Text)
            .ToList();
        problems.ThrowIfAny();
        return texts;
    }
}
