namespace Colossus.Processes.Tests;

public sealed class FileLockTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("colossus-locks-").FullName;

    private string LockFile => Path.Combine(folder, "lock");

    [Fact]
    public void A_file_that_one_has_alone_nobody_else_gets_until_it_is_let_go()
    {
        using (var alone = FileLock.TryTake(LockFile, make: true))
        {
            Assert.True(alone!.Enforced);
            Assert.Null(FileLock.TryTake(LockFile, make: true));
            Assert.Null(FileLock.TryShare(LockFile, make: false));
        }

        using var next = FileLock.TryTake(LockFile, make: false);
        Assert.NotNull(next);
    }

    [Fact]
    public void Many_share_a_file_and_nobody_gets_it_alone_before_the_last_has_let_go()
    {
        FileLock.TryTake(LockFile, make: true)!.Dispose();
        using (var one = FileLock.TryShare(LockFile, make: false))
        {
            using (var two = FileLock.TryShare(LockFile, make: false))
            {
                Assert.NotNull(two);
            }

            Assert.Null(FileLock.TryTake(LockFile, make: false));
        }

        using var alone = FileLock.TryTake(LockFile, make: false);
        Assert.NotNull(alone);
    }

    [Fact]
    public void A_file_that_is_not_there_is_made_only_on_request()
    {
        Assert.Throws<FileNotFoundException>(() => FileLock.TryTake(LockFile, make: false));
        Assert.Throws<FileNotFoundException>(() => FileLock.TryShare(LockFile, make: false));
        Assert.False(File.Exists(LockFile));
        using var made = FileLock.TryShare(LockFile, make: true);
        Assert.True(File.Exists(LockFile));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
