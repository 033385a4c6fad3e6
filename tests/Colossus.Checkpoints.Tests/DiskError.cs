namespace Colossus.Checkpoints.Tests;

/// <summary>What a failing disk says.</summary>
/// <param name="Code">Number of the system, as in errno.</param>
/// <param name="Lasts">Whether it goes on after the first time.</param>
/// <param name="SparesDeletion">Whether deleting and renaming still succeed, as on a full disk.</param>
internal sealed record DiskError(int Code, bool Lasts, bool SparesDeletion)
{
    public const int Full = 28; // ENOSPC
    public const int Quota = 122; // EDQUOT
    public const int Broken = 5; // EIO
    public const int ReadOnly = 30; // EROFS
}
