namespace VirtualEnergy.P2P.Exchange.Journal;

/// <summary>The journal cannot be used. The message says which file and why, for the one who runs the exchange.</summary>
public sealed class JournalException : Exception
{
    public JournalException(string message)
        : base(message)
    {
    }

    public JournalException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
