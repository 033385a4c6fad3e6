using Colossus.Launch.FakeWorker;

// supervise RUN: a supervisor to be killed. <mode> train --job …: a rank that trains nothing.
return args is ["supervise", var folder] ? await FakeJob.RunAsync(folder) : FakeRank.Run(args);
