namespace Colossus.Specs.Sites;

/// <summary>The sites that ship with Colossus.</summary>
public static class SiteCatalogue
{
    private static readonly Lazy<IReadOnlyList<SiteSpec>> all = new(Load);

    /// <summary>All sites, by name.</summary>
    public static IReadOnlyList<SiteSpec> All => all.Value;

    /// <summary>The site of that name, or null.</summary>
    /// <param name="name">A name such as <c>colossus-100k</c>.</param>
    public static SiteSpec? Find(string name) => All.FirstOrDefault(site => site.Name == name);

    private static IReadOnlyList<SiteSpec> Load() =>
    [
        .. EmbeddedData.List("sites").Select(static name => SiteReader.Parse(EmbeddedData.ReadText(name), "data/" + name) is { Site: SiteSpec site }
            ? site
            : throw new InvalidDataException($"data/{name} is not a sound site file")),
    ];
}
