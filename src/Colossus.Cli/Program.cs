using Colossus.Cli;

return await CommandLine.RunAsync(args, CliHost.OfProcess());
