namespace VirtualEnergy.P2P.Messaging;

public enum LinkState
{
    /// <summary>Not started, or disposed.</summary>
    Stopped,

    Connecting,

    /// <summary>Connected, and every subscription is in place.</summary>
    Connected,

    /// <summary>Waiting before the next attempt.</summary>
    BackingOff,
}

/// <summary>A change of a link's state.</summary>
/// <param name="Reason">What happened, in one line; empty where nothing needs saying.</param>
/// <param name="RetryIn">When backing off: until the next attempt.</param>
public sealed record LinkStateChange(LinkState State, string Reason, TimeSpan? RetryIn = null);

/// <summary>The link could not do what was asked. The message says what, with which broker, and what to do.</summary>
public sealed class MqttLinkException : Exception
{
    public MqttLinkException(string message)
        : base(message)
    {
    }

    public MqttLinkException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
