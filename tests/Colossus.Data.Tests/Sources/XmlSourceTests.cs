namespace Colossus.Data.Tests.Sources;

public sealed class XmlSourceTests
{
    [Fact]
    public void The_text_content_is_read_with_blocks_apart()
    {
        using var folder = new TempFolder();
        folder.Write("a.xml", """
            <?xml version="1.0"?>
            <!DOCTYPE book SYSTEM "http://localhost:9/none.dtd">
            <book><p>One <b>bold</b>er &amp; word.</p><p>Two</p>
              <p>Three
                 lines</p><![CDATA[ <raw>]]></book>
            """);
        Assert.Equal(["One bolder & word.\nTwo\nThree\nlines <raw>"], TempFolder.Texts(folder.Build("a.xml")));
    }

    [Fact]
    public void Broken_xml_is_reported_with_line_and_column()
    {
        using var folder = new TempFolder();
        folder.Write("a.xml", "<a>\n<b>text</a>");
        var problem = folder.Problem("a.xml");
        Assert.Equal(2, problem.Line);
        Assert.NotNull(problem.Column);
        Assert.DoesNotContain("Line", problem.What, StringComparison.Ordinal);
    }
}
