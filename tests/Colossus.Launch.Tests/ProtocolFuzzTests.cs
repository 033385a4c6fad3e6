using System.Text;
using Colossus.Launch.Local;
using Colossus.Protocol;
using Colossus.Protocol.Time;
using Colossus.Runs;
using Colossus.Supervision;
using Colossus.Testing;
using CsCheck;

namespace Colossus.Launch.Tests;

/// <summary>Whatever stands on a line from a rank, or on one to it: it is read or passed over, and nothing that it says breaks the supervisor.</summary>
public sealed class ProtocolFuzzTests
{
    private static readonly string[] lines =
    [
        .. SampleMessages.Reports.Select(report => Encoding.UTF8.GetString(ProtocolJson.Line(report))),
        .. SampleMessages.Orders.Select(order => Encoding.UTF8.GetString(ProtocolJson.Line(order))),
        """{"type":"alive","epoch":0,"step":1,"phase":"compute","buckets":{"compute":2.5,"exposedData":1},"at":9}""",
        """{"type":"finished","epoch":0,"step":9,"loss":1.5,"bitsPerByte":null,"weightsSha256":"ab","stopped":false,"buckets":{"compute":2}}""",
        "OMP: Warning #96: Cannot form a team with 4 threads, using 2 instead.",
        "[W socket.cpp:464] \u001b[31mwarning\u001b[0m",
    ];

    // What mutated JSON is made of beside arbitrary letters: brackets, numbers at the edge, names of the protocol, halves of surrogate pairs.
    private static readonly Gen<string> pieces = Gen.OneOf(
        Gen.OneOf("{", "}", "[", "]", "\"", ":", ",", "null", "true", "-1", "1e999", "-0", "9223372036854775808", "99999999999", "\"NaN\"", "\"-Infinity\"", "\\ud800", "\\u0000"),
        Gen.OneOf("\"type\":\"step\"", "\"type\":\"joined\",", "\"type\":\"type\"", "\"$type\":\"ready\"", "\"epoch\":0", "\"step\":2147483648", "\"buckets\":null", "\"buckets\":{\"compute\":\"NaN\"}", "\"buckets\":{\"compute\":\"Infinity\"}"),
        Gen.String[0, 8],
        Gen.OneOf(lines));

    private static readonly Gen<string> mutated = Gen.Select(Gen.OneOf(lines), Gen.Select(Gen.Int[0, 400], Gen.Int[0, 40], pieces).Array[0, 4]).Select((line, changes) =>
    {
        foreach (var (at, cut, piece) in changes)
        {
            var start = Math.Min(at, line.Length);
            line = line[..start] + piece + line[Math.Min(line.Length, start + cut)..];
        }

        return line;
    });

    // Time as it comes, and as it never should.
    private static readonly Gen<string> claims = Gen.Select(Gen.OneOf("2.5", "1e308", "-1e308", "\"NaN\"", "\"Infinity\"", "0"), Gen.OneOf("compute", "idle", "lunch")).Select((seconds, bucket) =>
        $$$"""{"type":"alive","epoch":0,"step":1,"phase":"compute","buckets":{"{{{bucket}}}":{{{seconds}}}},"at":9}""");

    private static readonly int times = Effort.Times(20_000, 3_000_000);

    [Fact]
    public void A_line_is_a_report_or_an_order_or_neither_but_never_an_error() => mutated.Sample(
        line =>
        {
            _ = ProtocolJson.Order(line);
            if (ProtocolJson.Report(line) is { } report)
            {
                // What was read can be told again, and put into the run's files.
                _ = ProtocolJson.Line(report);
                if (new ReportEvents(0).Of(report) is { } told)
                {
                    Assert.DoesNotContain('\n', RunJson.Line(told));
                }
            }
        },
        iter: times);

    [Fact]
    public void Lines_so_deep_that_a_reader_could_overflow_are_passed_over()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"buckets\":", 100_000));
        Assert.Null(ProtocolJson.Report(deep));
        Assert.Null(ProtocolJson.Report("""{"type":"alive","epoch":0,"step":1,"phase":"x","buckets":""" + new string('[', 100_000)));
    }

    [Theory]
    [InlineData("a\nb\r\n\nc", new[] { "a", "b", "", "c" })]
    [InlineData("", new string[0])]
    [InlineData("\n", new[] { "" })]
    public void Lines_come_as_they_were_written_and_the_last_needs_no_end(string text, string[] expected) =>
        Assert.Equal(expected, BoundedLines.Of(new MemoryStream(Encoding.UTF8.GetBytes(text))));

    [Fact]
    public void A_line_without_an_end_comes_in_pieces_of_bounded_length()
    {
        var pieces = BoundedLines.Of(new MemoryStream(Encoding.UTF8.GetBytes(new string('x', 3 * BoundedLines.Longest)))).ToList();
        Assert.True(pieces.Count >= 3);
        Assert.All(pieces, piece => Assert.InRange(piece.Length, 1, BoundedLines.Longest + 4096));
        Assert.Equal(3 * BoundedLines.Longest, pieces.Sum(piece => piece.Length));
    }

    [Fact]
    public void Whatever_ranks_say_the_supervisor_decides_and_time_adds_up() => Gen.Select(Gen.OneOf(mutated, claims), Gen.Int[0, 2]).Array[1, 30].Sample(
        said =>
        {
            var state = SupervisorState.Initial(new SupervisorSettings(2, 1, 3, TimeSpan.FromSeconds(0.1), 0));
            var spent = 0.0;
            var clock = new RankClock(0, 0, span => spent += span.Buckets.Total);
            var now = TimeSpan.Zero;
            clock.Turn(0, TimeBucket.Startup, null);
            state = Supervisor.Decide(state, now, new SupervisorEvent.Tick()).State;
            foreach (var (line, slot) in said)
            {
                now += TimeSpan.FromSeconds(1);
                if (ProtocolJson.Report(line) is { } report)
                {
                    foreach (var happened in ReportMeaning.Events(slot, slot, report))
                    {
                        state = Supervisor.Decide(state, now, happened).State;
                    }

                    if (ReportMeaning.Spent(report) is { } claim)
                    {
                        clock.Claim(now.TotalSeconds, claim);
                    }
                }
            }

            clock.Turn(now.TotalSeconds, TimeBucket.Idle, null);
            Assert.Equal(now.TotalSeconds, spent, 6);
        },
        iter: times / 20);
}
