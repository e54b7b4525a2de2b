using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Auditing;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>Where published rounds come from: an exchange, or files that were saved from one.</summary>
internal interface IRoundSource
{
    /// <summary>What to call it in a message.</summary>
    string Name { get; }

    /// <summary>The periods that it is known to have; null where only asking tells.</summary>
    IReadOnlyCollection<Period>? Periods { get; }

    /// <summary>The market's rules and the domain of its signatures.</summary>
    /// <exception cref="RoundSourceException">They cannot be had, or not be read.</exception>
    Task<MarketDescription> MarketAsync(CancellationToken cancellation);

    /// <summary>Null where the period is not published.</summary>
    /// <exception cref="RoundSourceException">It cannot be had at present, or not be read.</exception>
    Task<PublishedRound?> RoundAsync(Period period, CancellationToken cancellation);

    /// <summary>What is published of the period as it was metered; null where nothing is.</summary>
    /// <exception cref="RoundSourceException">It cannot be had at present, or not be read.</exception>
    Task<PublishedMetering?> MeteringAsync(Period period, CancellationToken cancellation);

    /// <summary>What homes have promised of the period to others, and what these have released; null where nothing is published of that.</summary>
    /// <exception cref="RoundSourceException">It cannot be had at present, or not be read.</exception>
    Task<IReadOnlyCollection<ReservationEvidence>?> PromisesAsync(Period period, CancellationToken cancellation);
}

/// <summary>A round or the rules cannot be had, or not be read: the message says of whom and why.</summary>
public sealed class RoundSourceException(string message, bool isUnreadable, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Something came, and it is no round: asking again does not help.</summary>
    public bool IsUnreadable { get; } = isUnreadable;
}
