namespace Colossus.Twin.Pricing;

/// <summary>The twin's own data files, carried inside the assembly.</summary>
internal static class TwinData
{
    /// <summary>Text of an embedded file; empty if this build has none.</summary>
    public static string ReadText(string name)
    {
        using Stream? stream = typeof(TwinData).Assembly.GetManifestResourceStream("data/" + name);
        if (stream is null)
        {
            return "";
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
