using System.ComponentModel;

namespace Colossus.Cli.Tests;

public sealed class SystemLimitTests
{
    [Fact]
    public void A_limit_of_the_system_is_told_with_what_to_raise()
    {
        Assert.Contains("ulimit -n", SystemLimit.Words(new IOException("Too many open files", 24)), StringComparison.Ordinal);
        Assert.Contains("ulimit -u", SystemLimit.Words(new InvalidOperationException("outer", new Win32Exception(11))), StringComparison.Ordinal);
        Assert.Contains("ulimit -v", SystemLimit.Words(new IOException("Cannot allocate memory", 12)), StringComparison.Ordinal);
        Assert.Null(SystemLimit.Words(new IOException("No such file or directory", 2)));
        Assert.Null(SystemLimit.Words(new IOException("try again", 11)));
    }
}
