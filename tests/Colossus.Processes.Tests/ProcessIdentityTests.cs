using System.Diagnostics;

namespace Colossus.Processes.Tests;

public sealed class ProcessIdentityTests
{
    private static readonly ProcessIdentity rank = new(7, 1000, "first-boot", 1, "here");

    [Fact]
    public void A_process_with_its_number_and_start_is_alive() =>
        Assert.Equal(ProcessStanding.Alive, rank.Standing(new FakeTable { Starts = { [7] = 1000 } }));

    [Fact]
    public void A_number_that_nobody_has_means_an_ended_process() => Assert.Equal(ProcessStanding.Ended, rank.Standing(new FakeTable()));

    [Fact]
    public void A_number_that_was_given_again_means_an_ended_process() =>
        Assert.Equal(ProcessStanding.Ended, rank.Standing(new FakeTable { Starts = { [7] = 2000 } }));

    [Fact]
    public void After_a_reboot_the_same_number_and_start_are_another_process() =>
        Assert.Equal(ProcessStanding.Ended, rank.Standing(new FakeTable { Boot = "second-boot", Starts = { [7] = 1000 } }));

    [Fact]
    public void A_process_of_another_machine_is_out_of_sight_even_if_the_numbers_agree() =>
        Assert.Equal(ProcessStanding.OutOfSight, rank.Standing(new FakeTable { Host = "there", Boot = "other-boot", Starts = { [7] = 1000 } }));

    [Fact]
    public void A_process_of_another_container_is_out_of_sight_even_if_the_numbers_agree() =>
        Assert.Equal(ProcessStanding.OutOfSight, rank.Standing(new FakeTable { PidNamespace = 2, Starts = { [7] = 1000 } }));

    [Fact]
    public void Containers_that_share_the_numbers_see_each_other_whatever_they_are_called() =>
        Assert.Equal(ProcessStanding.Alive, rank.Standing(new FakeTable { Host = "another-name", Starts = { [7] = 1000 } }));

    [Fact]
    public void Where_the_table_is_of_no_known_namespace_nothing_is_said_of_its_numbers() =>
        Assert.Equal(ProcessStanding.OutOfSight, rank.Standing(new FakeTable { PidNamespace = 0 }));

    [Fact]
    public void Without_boots_and_namespaces_the_host_and_the_start_decide()
    {
        var plain = rank with { Boot = "", PidNamespace = 0 };
        Assert.Equal(ProcessStanding.Alive, plain.Standing(new FakeTable { Boot = "", PidNamespace = 0, Starts = { [7] = 1000 } }));
        Assert.Equal(ProcessStanding.OutOfSight, plain.Standing(new FakeTable { Host = "there", Boot = "", PidNamespace = 0, Starts = { [7] = 1000 } }));
    }

    [Fact]
    public void This_process_is_alive_and_one_of_its_number_with_another_start_is_not()
    {
        var own = ProcessIdentity.Current;
        Assert.Equal(ProcessStanding.Alive, own.Standing());
        Assert.Equal(ProcessStanding.Ended, (own with { StartTicks = own.StartTicks + 1 }).Standing());
        Assert.Null(ProcessTable.OfThisMachine.StartOf(int.MaxValue));
    }

    [Fact]
    public async Task A_program_with_brackets_and_blanks_in_its_name_is_read_like_any_other()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc is Linux's");
        var folder = Directory.CreateTempSubdirectory("colossus-name-").FullName;
        var program = Path.Combine(folder, "a) Z 1 (b");
        File.CreateSymbolicLink(program, "/bin/sh");
        using var odd = Process.Start(new ProcessStartInfo(program, ["-c", "read line"]) { RedirectStandardInput = true })!;
        try
        {
            Assert.True(ProcessTable.OfThisMachine.StartOf(odd.Id) >= ProcessIdentity.Current.StartTicks);
        }
        finally
        {
            odd.StandardInput.Close();
            await odd.WaitForExitAsync(TestContext.Current.CancellationToken);
            Directory.Delete(folder, recursive: true);
        }
    }
}
