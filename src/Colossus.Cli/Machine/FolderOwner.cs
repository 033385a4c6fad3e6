using System.Runtime.InteropServices;

namespace Colossus.Cli.Machine;

/// <summary>Folders that belong to this user alone, in places where everybody may write.</summary>
internal static unsafe partial class FolderOwner
{
    private const UnixFileMode MineAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int DoNotFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint OwnerAndMode = 0x0b; // STATX_TYPE | STATX_MODE | STATX_UID
    private const int AnswerBytes = 256, OwnerAt = 20, ModeAt = 28; // struct statx, the same on every processor
    private const int TypeOfFile = 0xf000, IsFolder = 0x4000, OfOthers = 0x3f;

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

        var answer = stackalloc byte[AnswerBytes];
        if (Status(CurrentFolder, folder, DoNotFollow, OwnerAndMode, answer) != 0)
        {
            return $"cannot be looked at: {Marshal.GetLastPInvokeErrorMessage()}";
        }

        var mode = *(ushort*)(answer + ModeAt);
        return (mode & TypeOfFile) != IsFolder ? "is no folder"
            : *(uint*)(answer + OwnerAt) != Me ? "belongs to another user"
            : (mode & OfOthers) != 0 ? $"is open to other users: chmod 700 {folder}"
            : null;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, byte* answer);
}
