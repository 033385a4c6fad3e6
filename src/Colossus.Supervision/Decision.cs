using System.Collections.Immutable;

namespace Colossus.Supervision;

/// <summary>The answer to an event.</summary>
/// <param name="State">What is known now.</param>
/// <param name="Actions">What is to be done, in this order.</param>
/// <param name="Why">The reasons, in a sentence; empty when there was nothing to decide.</param>
public sealed record Decision(SupervisorState State, ImmutableArray<SupervisorAction> Actions, string Why);
