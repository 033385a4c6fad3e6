namespace Colossus.Twin.Tests;

/// <summary>The tables of measured runs in the repository.</summary>
internal static class Tables
{
    /// <summary>Text of a file in <c>data/</c>.</summary>
    public static string Text(string name)
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Colossus.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("no folder above the tests holds Colossus.slnx");
        }

        return File.ReadAllText(Path.Combine(folder.FullName, "data", name));
    }
}
