using System.CommandLine;

namespace Colossus.Cli.Verbs;

/// <summary><c>colossus completion SHELL</c>: a script that teaches a shell to complete verbs, options and files.</summary>
internal sealed class CompletionVerb : Verb
{
    private readonly Argument<string> shell = new("shell") { Description = "the shell: bash, zsh or fish" };

    public CompletionVerb(CliHost host) : base("completion", "Print a script for a shell's completion", host)
    {
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        Arguments.Add(shell);
        SetAction(parsed => Host.Out.Write(Script(parsed.GetRequiredValue(shell))));
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("eval \"$(colossus completion bash)\"", "for this shell"),
        new("colossus completion fish > ~/.config/fish/completions/colossus.fish", "for good"),
    ];

    /// <summary>Each asks the program itself, through the directive <c>[suggest:POSITION]</c>; files are offered where it has nothing to say.</summary>
    private static string Script(string shell) => shell switch
    {
        "bash" => """
            # colossus: completion for bash
            _colossus() {
              local line="${COMP_LINE}" point="${COMP_POINT}" word="${COMP_WORDS[COMP_CWORD]}" IFS=$'\n'
              COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$point]" "$line" 2>/dev/null)" -- "$word"))
              [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$word"))
            }
            complete -o filenames -F _colossus colossus ./colossus

            """,
        "zsh" => """
            #compdef colossus
            # colossus: completion for zsh
            _colossus() {
              local -a found
              found=("${(@f)$("${words[1]}" "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
              if [[ -n "${found[1]}" ]]; then compadd -a found; else _files; fi
            }
            compdef _colossus colossus ./colossus

            """,
        _ => """
            # colossus: completion for fish
            function __colossus_complete
              set -l line (commandline -cp)
              set -l program (commandline -opc)[1]
              $program "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete -c colossus -a '(__colossus_complete)'

            """,
    };
}
