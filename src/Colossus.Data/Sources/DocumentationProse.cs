using System.Xml;

namespace Colossus.Data.Sources;

/// <summary>Renders one <c>member</c> of .NET's XML documentation as English: what it is, its parameters, result, exceptions, remarks.</summary>
internal sealed class DocumentationProse
{
    private readonly ProseBuilder prose = new();
    private readonly List<string> parameters = [];

    /// <summary>Names of the parameters of the member last read.</summary>
    public IReadOnlyList<string> Parameters => parameters;

    /// <summary>Reads the element that the reader stands on, to its end tag.</summary>
    /// <returns>The prose; empty when there is none.</returns>
    public string Read(XmlReader reader)
    {
        parameters.Clear();
        if (reader.IsEmptyElement)
        {
            return "";
        }

        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                Section(reader);
            }
        }

        return prose.Take();
    }

    private void Section(XmlReader reader)
    {
        var name = reader.GetAttribute("name");
        switch (reader.Name)
        {
            case "param":
                parameters.Add(name ?? "");
                Labelled(reader, name);
                break;
            case "typeparam":
                Labelled(reader, name);
                break;
            case "exception":
                Labelled(reader, "Throws " + DocumentationName.Short(reader.GetAttribute("cref") ?? "an exception"));
                break;
            case "returns" or "return":
                Labelled(reader, "Returns");
                break;
            case "value":
                Labelled(reader, "Value");
                break;
            case "summary" or "remarks" or "remark" or "example" or "para" or "p":
                prose.Line();
                Children(reader);
                prose.Line();
                break;
            default:
                // seealso, permission, inheritdoc, notes for the documentation's own build: no prose.
                Skip(reader);
                break;
        }
    }

    private void Labelled(XmlReader reader, string? label)
    {
        if (reader.IsEmptyElement)
        {
            return;
        }

        prose.Line();
        var before = prose.Length;
        prose.Text(label);
        prose.Text(": ");
        var labelled = prose.Length;
        Children(reader);
        if (prose.Length == labelled)
        {
            prose.CutTo(before);
        }

        prose.Line();
    }

    private void Children(XmlReader reader)
    {
        if (reader.IsEmptyElement)
        {
            return;
        }

        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
            {
                prose.Text(reader.Value);
            }
            else if (reader.NodeType == XmlNodeType.Element)
            {
                Inline(reader);
            }
        }
    }

    private void Inline(XmlReader reader)
    {
        switch (reader.Name)
        {
            case "see" or "seealso" or "paramref" or "typeparamref" or "xref" or "a":
                Reference(reader);
                break;
            case "para" or "p" or "br" or "li" or "item" or "listheader" or "list" or "ul" or "ol" or "div" or "example":
                prose.Line();
                Children(reader);
                if (reader.Name is not "br")
                {
                    prose.Line();
                }

                break;
            case "term":
                Children(reader);
                prose.Text(" ");
                break;
            case "code":
                Code(reader);
                break;
            case "script" or "devremarks" or "format" or "inheritdoc" or "img":
                Skip(reader);
                break;
            default:
                // c, b, i, em, sub, description …: their text as it stands.
                Children(reader);
                break;
        }
    }

    private void Reference(XmlReader reader)
    {
        var label = reader.GetAttribute("langword") ?? reader.GetAttribute("name");
        var target = reader.GetAttribute("cref") ?? reader.GetAttribute("uid");
        var link = reader.GetAttribute("href");
        var before = prose.Length;
        Children(reader);
        if (prose.Length > before)
        {
            return;
        }

        prose.Text(label ?? (target is null ? link : DocumentationName.Short(Uri.UnescapeDataString(target))));
    }

    private void Code(XmlReader reader)
    {
        if (reader.IsEmptyElement)
        {
            return;
        }

        var inner = new System.Text.StringBuilder();
        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
            {
                inner.Append(reader.Value);
            }
        }

        var code = inner.ToString();
        if (code.Contains('\n'))
        {
            prose.Verbatim(code);
        }
        else
        {
            prose.Text(code);
        }
    }

    private static void Skip(XmlReader reader)
    {
        if (reader.IsEmptyElement)
        {
            return;
        }

        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
        }
    }
}
