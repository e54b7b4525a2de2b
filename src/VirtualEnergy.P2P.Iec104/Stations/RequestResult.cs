using VirtualEnergy.P2P.Iec104.Asdus;

namespace VirtualEnergy.P2P.Iec104.Stations;

/// <summary>How a request to a controlled station ended.</summary>
public enum RequestOutcome
{
    /// <summary>No connection that is started; nothing was sent.</summary>
    NotConnected = 0,

    /// <summary>Confirmed, and terminated where a termination was awaited.</summary>
    Done,

    /// <summary>Confirmed negatively, or answered with one of the causes 44 to 47.</summary>
    Refused,

    /// <summary>Confirmed, and terminated negatively: it was begun and not achieved.</summary>
    Failed,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>The link broke before the answer; whether the station acted is not known.</summary>
    ConnectionLost,
}

/// <param name="Cause">With <see cref="RequestOutcome.Refused"/>: the cause of the answer, 7, 9 or 44 to 47; else none.</param>
public readonly record struct RequestResult(RequestOutcome Outcome, Cause Cause = Cause.None)
{
    public bool IsDone => Outcome == RequestOutcome.Done;
}
