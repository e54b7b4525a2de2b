using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Planning;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>
/// What energy was worth in the market over the last six days, as the home learned it, so that what it expects of prices does not begin anew when the node does.
/// Not safe for concurrent use.
/// </summary>
public sealed class PriceMemory
{
    /// <summary>The last five days are expected to come again, and the hour before them says how today differs.</summary>
    private const int KeptSeconds = 6 * 86_400;

    /// <summary>Of the shortest that a market has, 5 minutes.</summary>
    private const int MostPeriods = KeptSeconds / 300;

    /// <summary>1,000 EUR/kWh: nothing that a market clears at.</summary>
    private const long MostPrice = 1_000_000_000;

    private readonly KeptFile<Kept> _file;
    private Kept? _kept;

    private PriceMemory(KeptFile<Kept> file) => (_file, _kept) = (file, file.Read(IsSound));

    /// <summary>Reads what was kept; nothing where there is no file yet, or another one.</summary>
    public static PriceMemory Open(string path, ILogger logger) => new(new KeptFile<Kept>(path, "what the home expects of prices begins", logger));

    /// <summary>What was learned in this market, by its periods; null where it was in another, or nothing was.</summary>
    public PriceHistory? In(MarketDescription market)
    {
        if (_kept is not { } kept || kept.Market != NameOf(market) || kept.Seconds != market.Rules.Grid.LengthSeconds)
        {
            return null;
        }

        var history = new PriceHistory(new Period(kept.First), market.Rules.Grid);
        foreach (var price in kept.Prices)
        {
            history.Add(price);
        }

        return history;
    }

    /// <summary>A round is over: what its agent has learned is kept, durably when this returns, where the file can be written.</summary>
    public void Keep(MarketDescription market, HomeAgent agent)
    {
        var seconds = market.Rules.Grid.LengthSeconds;
        if (agent.LastPrices(KeptSeconds / seconds) is { } learned)
        {
            _kept = new Kept(NameOf(market), seconds, learned.First.Index, [.. learned.Prices.Select(price => (long)Math.Round(price))]);
            _file.Write(_kept);
        }
    }

    private static string NameOf(MarketDescription market) => $"{market.ChainId}/{market.Contract.ToLowerInvariant()}";

    private static bool IsSound(Kept kept) =>
        kept is { Market: { Length: > 0 and < 128 }, Seconds: 300 or 900 or 1_800 or 3_600, First: >= 0 and < long.MaxValue - MostPeriods, Prices: { Length: > 0 and <= MostPeriods } } && kept.Prices.All(price => Math.Abs((decimal)price) <= MostPrice);

    /// <param name="Market">Chain and contract.</param>
    /// <param name="Seconds">Length of a period, s.</param>
    /// <param name="First">Period of the first price.</param>
    /// <param name="Prices">One a period, µEUR/kWh.</param>
    private sealed record Kept(string Market, int Seconds, long First, long[] Prices);
}
