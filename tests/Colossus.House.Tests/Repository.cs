using System.Xml.Linq;

namespace Colossus.House.Tests;

/// <summary>The files of the repository that holds the test's own output.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Project files of a folder (<c>src</c>, <c>test</c>…) by the project's name.</summary>
    public static SortedDictionary<string, XDocument> Projects(string folder)
    {
        var projects = new SortedDictionary<string, XDocument>(StringComparer.Ordinal);
        var full = Path.Combine(Root, folder);
        if (Directory.Exists(full))
        {
            foreach (var file in Directory.EnumerateFiles(full, "*.csproj", SearchOption.AllDirectories))
            {
                projects[Path.GetFileNameWithoutExtension(file)] = XDocument.Load(file);
            }
        }

        return projects;
    }

    /// <summary>Names of the projects that a project names.</summary>
    public static IEnumerable<string> References(XDocument project) =>
        project.Descendants("ProjectReference")
            .Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/'))
            .Select(path => Path.GetFileNameWithoutExtension(path));

    /// <summary>Names of the packages that a project names.</summary>
    public static IEnumerable<string> Packages(XDocument project) =>
        project.Descendants("PackageReference").Concat(project.Descendants("PackageDownload")).Select(reference => reference.Attribute("Include")!.Value);

    /// <summary>Files below a folder, relative to the root, without what builds and runs leave behind.</summary>
    public static IEnumerable<string> Files(string folder, string pattern)
    {
        var full = Path.Combine(Root, folder);
        return !Directory.Exists(full)
            ? []
            : Directory.EnumerateFiles(full, pattern, SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
                .Where(file => !file.Split('/').Any(part => part is "artifacts" or "runs" or "bin" or "obj" or ".git" or "shared"))
                .Order(StringComparer.Ordinal);
    }

    public static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Colossus.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds Colossus.slnx");
    }
}
