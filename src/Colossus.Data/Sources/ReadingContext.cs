namespace Colossus.Data.Sources;

/// <summary>What the readers of all kinds of files share: the field asked for, where mistakes go, how far reading has come, the request to stop.</summary>
/// <param name="field">The field or column that holds the text.</param>
/// <param name="problems">Takes what is wrong.</param>
/// <param name="skipped">Takes the lines that are passed over; null when a bad line is a mistake like any other.</param>
/// <param name="cancellation">Ends the reading.</param>
internal sealed class ReadingContext(string field, ProblemList problems, Action<CorpusProblem>? skipped = null, CancellationToken cancellation = default)
{
    /// <summary>The field or column that holds the text, as a path.</summary>
    public string Field { get; } = field;

    /// <summary>Whether bad lines are passed over.</summary>
    public bool SkipsBadLines => skipped is not null;

    /// <summary>Whether there are so many mistakes that reading on tells a person nothing.</summary>
    public bool Enough => problems.Full;

    /// <summary>How far reading has come within the current file, in its bytes.</summary>
    public long InFile { get; private set; }

    /// <summary>The bytes at hand.</summary>
    public ByteWindow Window { get; } = new(cancellation);

    /// <summary>Tells how far reading has come.</summary>
    /// <exception cref="OperationCanceledException">It shall stop.</exception>
    public void At(long position)
    {
        cancellation.ThrowIfCancellationRequested();
        InFile = position;
    }

    /// <summary>Something is wrong that no rule on bad lines covers.</summary>
    public void Problem(CorpusProblem problem) => problems.Add(problem);

    /// <summary>A line, row or value that cannot be used: a mistake, or passed over and counted.</summary>
    public void BadLine(CorpusProblem problem)
    {
        if (skipped is null)
        {
            problems.Add(problem);
        }
        else
        {
            skipped(problem);
        }
    }

    /// <summary>Begins with the text of a file: makes sure that it is UTF-8 as far as its beginning tells, and drops a byte-order mark.</summary>
    /// <exception cref="SourceException">It has another encoding.</exception>
    public void Begin(SourceInput input, SourceFile file)
    {
        Window.Begin(input.Data);
        Window.Fill(4);
        if (Utf8Text.OtherEncoding(Window.Rest.Span) is { } encoding)
        {
            throw new SourceException($"the file is {encoding}, not UTF-8", Utf8Text.Convert(encoding, file.Path), byteOffset: 0);
        }

        if (Window.Rest.Span.StartsWith("\uFEFF"u8))
        {
            Window.Take(3);
        }
    }
}
