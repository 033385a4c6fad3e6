using Colossus.Specs.Diagnostics;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>Reads <c>workload</c>.</summary>
internal static class WorkloadSection
{
    public static WorkloadSpec? Read(YamlSection top)
    {
        var section = top.Section("workload");
        if (!section.Exists)
        {
            return null;
        }

        var command = section.Texts("command");
        if (!section.Has("command"))
        {
            section.Missing("command", "give the program and its arguments, as in [python3, train.py]");
        }
        else if (command is { Count: 0 } || command is [""])
        {
            section.Report("command", ErrorCode.NotAllowed, "workload.command is empty", "give the program and its arguments, as in [python3, train.py]");
        }

        section.End();
        return new WorkloadSpec(command ?? []);
    }
}
