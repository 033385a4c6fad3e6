using Colossus.Processes;
using Colossus.Training.Native;
using Colossus.Worker;

// One process of a run, or a short errand for the command line. People start `colossus` instead.
try
{
    var options = WorkerOptions.Parse(args);
    return options.Verb switch
    {
        "train" => TrainWorker.Run(options),
        "sample" => SampleErrand.Run(options),
        "probe" => ProbeErrand.Run(),
        _ => throw new WorkerException(2, $"unknown verb '{options.Verb}'; use train, sample or probe"),
    };
}
catch (WorkerException error)
{
    Console.Error.WriteLine(error.Message);
    return error.ExitCode;
}
catch (MemoryFolderException error)
{
    Console.Error.WriteLine(error.Message);
    return 3;
}
catch (LibtorchException error)
{
    Console.Error.WriteLine(error.Message);
    return 3;
}
catch (Exception error)
{
    // Readers of one line read the last: the cause, and not the end of a stack trace.
    Console.Error.WriteLine(error);
    Console.Error.WriteLine($"a fault of the worker ({error.GetType().Name}): {error.Message.ReplaceLineEndings(" ")}");
    return 1;
}
