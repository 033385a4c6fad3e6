using Colossus.Cli;
using Colossus.Cli.Train;

var process = CliHost.OfProcess();
var host = process with { Train = new TrainServices(new FileJobSource(), new ShardCorpusSource(process), new LocalRunLauncher(process.Time)) };
return await CommandLine.RunAsync(args, host);
