namespace Colossus.Plan.Programs.Communication;

/// <summary>Something that a rank does together with others. All of them do it in the same order.</summary>
public abstract class Communication : Operation;
