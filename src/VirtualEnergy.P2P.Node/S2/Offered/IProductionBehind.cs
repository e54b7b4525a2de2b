using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Efi;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>The plant that is told over S2: a simulated one, or a real inverter of the home.</summary>
public interface IProductionBehind
{
    /// <summary>Whether it can be told anything.</summary>
    bool IsThere { get; }

    /// <summary>What it gives at most, W, positive; null while it does not say.</summary>
    long? RatedWatts { get; }

    /// <summary>What it draws now, W; − production. Null while it does not say.</summary>
    double? Watts { get; }

    /// <summary>When the forecast begins: the start of the present period.</summary>
    DateTimeOffset From { get; }

    /// <summary>What it is expected to draw unlimited, W ≤ 0, period after period for a day; with bands for all or for none.</summary>
    ImmutableArray<Expectation> Ahead();

    /// <summary>How long a period of the forecast is.</summary>
    TimeSpan Piece { get; }

    /// <summary>Gives no more than this from now on.</summary>
    /// <param name="mostWatts">W ≥ 0; null without a limit.</param>
    /// <returns>Null when it does; else why not, in one line.</returns>
    ValueTask<string?> LimitAsync(double? mostWatts, CancellationToken stop);
}
