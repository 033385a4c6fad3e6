using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Colossus.Specs;

/// <summary>Checks that stay on in release builds: a wrong state stops the program before it reaches a checkpoint.</summary>
public static class Invariant
{
    /// <summary>Stops when a condition that always holds does not.</summary>
    /// <param name="condition">What must hold.</param>
    /// <param name="message">What was expected, with the values at hand (and the seed, in a simulation).</param>
    /// <param name="expression">Text of the condition; the compiler fills it in.</param>
    /// <exception cref="InvariantException">It does not hold.</exception>
    public static void That([DoesNotReturnIf(false)] bool condition, string message, [CallerArgumentExpression(nameof(condition))] string? expression = null)
    {
        if (!condition)
        {
            throw new InvariantException($"{message} (expected: {expression})");
        }
    }

    /// <summary>As the other, for hot paths: the message is made only when it is needed.</summary>
    /// <inheritdoc cref="That(bool, string, string?)"/>
    public static void That([DoesNotReturnIf(false)] bool condition, Func<string> message, [CallerArgumentExpression(nameof(condition))] string? expression = null)
    {
        if (!condition)
        {
            throw new InvariantException($"{message()} (expected: {expression})");
        }
    }
}
