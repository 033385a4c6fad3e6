using System.Text;

namespace Colossus.Data.Sources;

/// <summary>Reads the identifiers of .NET's XML documentation, such as <c>M:System.String.Concat(System.String,System.String)</c>.</summary>
internal static class DocumentationName
{
    /// <summary>The full name of the type that a member belongs to, or of the type itself.</summary>
    public static string TypeOf(string identifier)
    {
        var name = Bare(identifier);
        if (identifier.StartsWith("T:", StringComparison.Ordinal) || identifier.StartsWith("N:", StringComparison.Ordinal))
        {
            return Readable(name);
        }

        var dot = name.LastIndexOf('.');
        return Readable(dot < 0 ? name : name[..dot]);
    }

    /// <summary>The namespace of a type's full name.</summary>
    public static string NamespaceOf(string type)
    {
        var dot = type.LastIndexOf('.');
        return dot < 0 ? type : type[..dot];
    }

    /// <summary>The member's own name as one says it: constructors have the type's name, operators none of their prefix.</summary>
    public static string MemberOf(string identifier)
    {
        var name = Bare(identifier);
        var dot = name.LastIndexOf('.');
        var member = dot < 0 ? name : name[(dot + 1)..];
        if (member is "#ctor" or "#cctor")
        {
            return Last(dot < 0 ? name : name[..dot]);
        }

        // Explicitly implemented members carry the interface: System#Collections#ICollection#CopyTo.
        var mark = member.LastIndexOf('#');
        member = mark < 0 ? member : member[(mark + 1)..];
        return Readable(member.StartsWith("op_", StringComparison.Ordinal) ? member[3..] : member);
    }

    /// <summary>The name by which prose refers to it: the type's short name, with the member's for members.</summary>
    public static string Short(string identifier)
    {
        var name = Bare(identifier);
        if (identifier.Length > 1 && identifier[1] == ':' && identifier[0] is 'M' or 'P' or 'F' or 'E' or 'O')
        {
            var dot = name.LastIndexOf('.');
            if (dot > 0)
            {
                var type = Last(name[..dot]);
                return name[(dot + 1)..] is "#ctor" ? type : $"{type}.{MemberOf(identifier)}";
            }
        }

        return identifier.StartsWith("N:", StringComparison.Ordinal) ? name : Last(name);
    }

    private static string Bare(string identifier)
    {
        var start = identifier.IndexOf(':') + 1;
        var end = identifier.AsSpan(start).IndexOfAny('(', '~');
        return end < 0 ? identifier[start..] : identifier[start..(start + end)];
    }

    private static string Last(string name)
    {
        var end = name.IndexOf('{');
        var bare = end < 0 ? name : name[..end];
        return Readable(bare[(bare.LastIndexOf('.') + 1)..]);
    }

    // "List`1" is List, "Convert``2" is Convert.
    private static string Readable(string name)
    {
        if (!name.Contains('`'))
        {
            return name;
        }

        var text = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] != '`')
            {
                text.Append(name[i]);
                continue;
            }

            while (i + 1 < name.Length && (name[i + 1] == '`' || char.IsAsciiDigit(name[i + 1])))
            {
                i++;
            }
        }

        return text.ToString();
    }
}
