using System.Diagnostics.CodeAnalysis;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Messaging;

public static partial class WireFormat
{
    /// <summary>About 50,000 bids of a few steps with their trades.</summary>
    public const int MaxPublishedRoundBytes = 64 * 1024 * 1024;

    /// <summary>Reads a round as the exchange's <c>/api/rounds/{period}</c> answers it (docs/audit.md).</summary>
    /// <remarks>What it says is only read here: whether a bid is signed or a price right is the auditor's question.</remarks>
    public static bool TryReadPublishedRound(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out PublishedRound? round, [NotNullWhen(false)] out string? error) =>
        TryRead(payload, MaxPublishedRoundBytes, PublishedRoundOf, out round, out error);

    private static PublishedRound PublishedRoundOf(JsonFields fields)
    {
        var period = fields.Object("round").Period();
        var (clearing, roots) = (fields.Object("clearing"), fields.Object("roots"));
        return new PublishedRound(
            period, [.. fields.Objects("bids").Select(bid => PublishedBidOf(bid, period))],
            PriceOrNull(clearing, "priceMicroEurPerKWh"),
            PriceOrNull(clearing, "priceLowMicroEurPerKWh") is { } low && PriceOrNull(clearing, "priceHighMicroEurPerKWh") is { } high
                ? new PriceInterval(low, high) : null,
            new Energy(clearing.Integer("volumeWh", least: 0)), [.. fields.Objects("trades").Select(Trade)],
            [.. fields.Objects("deltas").Select(delta => new MemberDelta(delta.Member("member"), new Money(delta.Integer("deltaMicroEur"))))],
            roots.Hash("bidsRoot"), roots.Hash("tradesRoot"), roots.Hash("roundHash"))
        {
            Charges = ChargesOf(fields),
            Seed = HashOrNull(roots, "seed"),
        };
    }

    private static PublishedBid PublishedBidOf(JsonFields fields, Period period)
    {
        var (buy, sell) = (fields.Array("buy"), fields.Array("sell"));
        if (buy.GetArrayLength() > MaxReadableSteps || sell.GetArrayLength() > MaxReadableSteps)
        {
            throw fields.Wrong("buy", $"and sell have at most {Bid.MaxSteps} steps together");
        }

        var bid = new Bid(fields.Member("member"), period, fields.Integer("number", 0), Steps(buy, "buy"), Steps(sell, "sell"))
        {
            Preferences = fields.Has("preferences") ? PreferencesOf(fields.Object("preferences")) : default,
        };
        return new PublishedBid(
            new SignedBid(bid, fields.Hash("hash"), fields.Signature()), new ZoneId(fields.Text("zone", MaxNameLength)), fields.Boolean("green"));
    }

    private static Price? PriceOrNull(JsonFields fields, string name) => fields.IntegerOrNull(name) is { } price ? new Price(price) : null;
}
