namespace Colossus.Specs;

/// <summary>The data files of the catalogue, carried inside the assembly so that an installed tool has them.</summary>
public static class EmbeddedData
{
    /// <summary>Text of an embedded file.</summary>
    /// <param name="name">Path below <c>data/</c>, with '/' between its parts.</param>
    /// <exception cref="FileNotFoundException">No such file is embedded.</exception>
    public static string ReadText(string name)
    {
        using Stream stream = typeof(EmbeddedData).Assembly.GetManifestResourceStream("data/" + name)
            ?? throw new FileNotFoundException($"data/{name} is not part of this build");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Paths below <c>data/</c> of the embedded files of one folder, in ordinal order.</summary>
    /// <param name="folder">The folder, without a slash at its end.</param>
    public static IReadOnlyList<string> List(string folder)
    {
        string prefix = "data/" + folder + "/";
        string[] names = [.. typeof(EmbeddedData).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(static name => name["data/".Length..])];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }
}
