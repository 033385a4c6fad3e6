namespace Colossus.Twin.Cases;

internal sealed class CaseRefusedException(string message) : Exception(message);
