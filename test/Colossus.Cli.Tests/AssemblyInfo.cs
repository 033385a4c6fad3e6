// Tests write programs and start them. A process that another thread starts at the moment of writing would inherit the open file,
// and Linux then refuses to run it ("text file busy").
[assembly: CollectionBehavior(DisableTestParallelization = true)]
