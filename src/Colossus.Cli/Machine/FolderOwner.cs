using System.Runtime.InteropServices;
using Colossus.Processes;

namespace Colossus.Cli.Machine;

/// <summary>Folders that belong to this user alone, in places where everybody may write.</summary>
internal static partial class FolderOwner
{
    private const UnixFileMode MineAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OfOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Number of the user that this process acts for.</summary>
    public static uint Me => EffectiveUser();

    /// <summary>Makes a folder that this user alone may enter, or takes one that is there if it is such a folder.</summary>
    /// <param name="folder">Full path. The folder around it is there, and lets nobody replace what belongs to others, as <c>/tmp</c> does.</param>
    /// <returns>Null when it is this user's, else why not, as the end of a sentence that begins with the folder.</returns>
    /// <remarks>Somebody may have made it beforehand, to fill it with what we would then read as our own.</remarks>
    public static string? MakeOwn(string folder)
    {
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder, MineAlone);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"cannot be made: {error.Message.TrimEnd('.')}";
        }

        return FileStatus.Of(folder, follow: false) is not { } found ? $"cannot be looked at: {Marshal.GetLastPInvokeErrorMessage()}"
            : found.Type != FileType.Folder ? "is no folder"
            : found.Owner != Me ? "belongs to another user"
            : (found.Permissions & OfOthers) != 0 ? $"is open to other users: chmod 700 {folder}"
            : null;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
