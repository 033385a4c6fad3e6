namespace Colossus.Collectives.Tests;

public sealed unsafe class SharedSegmentTests
{
    [Fact]
    public void A_new_segment_is_zero_and_others_see_what_is_written_to_it()
    {
        string name = Ranks.NewName();
        try
        {
            using SharedSegment made = SharedSegment.Create(name, 10_001, populate: true);
            using SharedSegment opened = SharedSegment.Open(name);
            using SharedSegment read = SharedSegment.Open(name, writable: false);
            Assert.Equal(10_001, read.Bytes);
            Assert.False(new ReadOnlySpan<byte>(read.Pointer, 10_001).ContainsAnyExcept((byte)0));
            opened.Pointer[10_000] = 7;
            Assert.Equal(7, made.Pointer[10_000]);
            Assert.Equal(7, read.Pointer[10_000]);
            Assert.Equal((true, false), (opened.IsWritable, read.IsWritable));
        }
        finally
        {
            Assert.True(SharedSegment.Remove(name));
        }

        Assert.False(SharedSegment.Remove(name));
        Assert.Null(SharedSegment.TryOpen(name));
        Assert.Contains(name, Assert.Throws<SharedMemoryException>(() => SharedSegment.Open(name)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_can_be_made_once_and_a_failed_attempt_leaves_nothing_behind()
    {
        string name = Ranks.NewName();
        try
        {
            using SharedSegment made = SharedSegment.Create(name, 100);
            made.Pointer[0] = 1;
            SharedMemoryException error = Assert.Throws<SharedMemoryException>(() => SharedSegment.Create(name, 100));
            Assert.Contains(name, error.Where, StringComparison.Ordinal);
            Assert.Equal(1, made.Pointer[0]);
            Assert.Single(Directory.GetFiles(SharedSegment.Directory, name + "*"));
        }
        finally
        {
            SharedSegment.Remove(name);
        }
    }

    [Fact]
    public void Nobody_can_open_a_segment_that_is_still_being_prepared()
    {
        string name = Ranks.NewName();
        try
        {
            using SharedSegment made = SharedSegment.Create(name, 100, half =>
            {
                Assert.Null(SharedSegment.TryOpen(name));
                half.Pointer[50] = 9;
            });
            using SharedSegment opened = SharedSegment.Open(name);
            Assert.Equal(9, opened.Pointer[50]);
        }
        finally
        {
            SharedSegment.Remove(name);
        }
    }

    [Fact]
    public void More_than_there_is_room_for_is_an_error_that_says_how_much_is_free()
    {
        string name = Ranks.NewName();
        SharedMemoryException error = Assert.Throws<SharedMemoryException>(() => SharedSegment.Create(name, 1L << 50));
        Assert.Contains("MiB asked for", error.Value, StringComparison.Ordinal);
        Assert.Contains("free in", error.Limit, StringComparison.Ordinal);
        Assert.Null(SharedSegment.TryOpen(name));
    }

    [Fact]
    public void A_name_with_a_folder_is_refused() => Assert.Throws<ArgumentException>(() => SharedSegment.Create("../there", 1));

    [Fact]
    public void A_disposed_segment_has_no_pointer()
    {
        string name = Ranks.NewName();
        SharedSegment made = SharedSegment.Create(name, 1);
        SharedSegment.Remove(name);
        made.Dispose();
        made.Dispose();
        Assert.Throws<ObjectDisposedException>(() => (nint)made.Pointer);
    }
}
