namespace Colossus.Checkpoints.Files;

/// <summary>
/// What a checkpoint writer asks of the disk, one operation a method: the tests stop it after any number of them and look at what is left.
/// Methods throw the exceptions of System.IO.
/// </summary>
internal interface IFiles
{
    /// <summary>Creates one folder; its parent must exist.</summary>
    void CreateFolder(string path);

    /// <summary>Creates a file that must not exist and reserves space for it.</summary>
    IFileSink Create(string path, long bytes);

    /// <summary>Flushes the content of an existing file to the disk.</summary>
    void FlushFile(string path);

    /// <summary>Flushes the entries of a folder to the disk: files made in it and names changed in it.</summary>
    void FlushFolder(string path);

    /// <summary>Renames a folder to a name that is free.</summary>
    void Rename(string from, string to);

    /// <summary>Swaps two folders in one step; false where the system cannot.</summary>
    bool TryExchange(string first, string second);

    /// <summary>Removes a file.</summary>
    void DeleteFile(string path);

    /// <summary>Removes an empty folder.</summary>
    void DeleteFolder(string path);
}
