namespace VirtualEnergy.P2P.Exchange;

/// <summary>The exchange cannot start as configured. The message is one line: what is wrong, where, and what to do.</summary>
public sealed class ExchangeStartException : Exception
{
    public ExchangeStartException(string message)
        : base(message)
    {
    }

    public ExchangeStartException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
