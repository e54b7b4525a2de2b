using Microsoft.Extensions.Logging;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>
/// What a link says of a broker that is away: each reason once and not at every attempt, and once that it is back. A line that flaps is quiet for ten minutes. Not safe for concurrent use.
/// </summary>
/// <param name="clientId">Whose link it is.</param>
/// <param name="broker">Where it leads.</param>
internal sealed class OutageLog(string clientId, BrokerAddress broker, TimeProvider time, ILogger logger)
{
    private const int MostReasons = 8;
    private static readonly TimeSpan FlapsWithin = TimeSpan.FromMinutes(10);

    private readonly HashSet<string> _said = [];
    private DateTimeOffset _saidAt;
    private bool _isOut;

    /// <summary>An attempt has failed, or a connection was lost.</summary>
    public void Out(string reason)
    {
        if (!_isOut && time.GetUtcNow() - _saidAt >= FlapsWithin)
        {
            _said.Clear();
        }

        if (_said.Count < MostReasons && _said.Add(reason))
        {
            (_isOut, _saidAt) = (true, time.GetUtcNow());
            logger.LogWarning("{ClientId}: {Reason} It is tried again until it is there.", clientId, reason.EndsWith('.') ? reason : reason + ".");
        }
        else
        {
            logger.LogDebug("{ClientId}: {Reason}", clientId, reason);
        }
    }

    /// <summary>The link is connected.</summary>
    public void Back()
    {
        if (_isOut)
        {
            _isOut = false;
            logger.LogInformation("{ClientId}: {Broker} is back.", clientId, broker);
        }
    }
}
