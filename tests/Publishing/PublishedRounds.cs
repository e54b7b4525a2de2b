using System.Collections.Immutable;
using System.Text.Json;
using VirtualEnergy.P2P.Exchange.Api;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;

namespace VirtualEnergy.P2P.Publishing;

/// <summary>Rounds as an exchange publishes them, for tests that play the exchange; in its own shapes.</summary>
internal static class PublishedRounds
{
    /// <summary>What an honest exchange says of a round of members without zones.</summary>
    public static PublishedRound Of(Round round)
    {
        var hashes = RoundCommitment.Of(round);
        return new PublishedRound(
            round.Period, [.. round.Bids.Select(signed => new PublishedBid(signed, ZoneId.Unnamed, IsGreen: false))], round.Clearing.Price, round.Clearing.Interval,
            round.Clearing.Volume, round.Trades, round.Deltas, hashes.BidsRoot, hashes.TradesRoot, hashes.RoundHash)
        {
            Charges = round.Clearing.Charges,
            Seed = round.Seed,
        };
    }

    /// <summary>What an operator commits to who stands by what he says, whatever that is.</summary>
    public static Round RoundOf(PublishedRound said, MarketRules rules) => new(
        said.Period, [.. said.Bids.Select(bid => bid.Signed)], new Clearing(said.Price, said.Interval, said.Volume, []) { Charges = said.Charges }, said.Trades, said.Deltas)
    {
        Seed = said.Seed,
        Accounts = rules.Accounts,
    };

    /// <summary>As <c>/api/rounds/{period}</c> answers it.</summary>
    public static byte[] JsonOf(PublishedRound round) => JsonSerializer.SerializeToUtf8Bytes(
        new RoundDetailView(
            new RoundView(
                round.Period.Index, PeriodGrid.QuarterHour.StartOf(round.Period), round.Price?.MicroEurPerKWh, round.Volume.WattHours, round.Bids.Length,
                round.Trades.Length, null, null, true, null, null, null),
            [.. round.Bids.Select(Of)],
            new ClearingView(
                round.Price?.MicroEurPerKWh, round.Interval?.Low.MicroEurPerKWh, round.Interval?.High.MicroEurPerKWh, round.Volume.WattHours),
            [.. round.Trades.Select(trade => MarketViews.Of(round.Period, trade))],
            [.. round.Charges.Select(charge => new ChargeView(charge.Member.Value, charge.Amount.MicroEur))],
            [.. round.Deltas.Select(delta => new DeltaView(delta.Member.Value, delta.Delta.MicroEur))],
            new RootsView(round.BidsRoot.ToString(), round.TradesRoot.ToString(), round.RoundHash.ToString()) { Seed = round.Seed?.ToString() }, null),
        JsonSerializerOptions.Web);

    private static BidView Of(PublishedBid bid) => new(
        bid.Signed.Bid.Member.Value, bid.Signed.Bid.Number, Pairs(bid.Signed.Bid.Buy), Pairs(bid.Signed.Bid.Sell), bid.Zone.Value, bid.IsGreen,
        bid.Signed.Hash.ToString(), "0x" + Convert.ToHexStringLower(bid.Signed.Signature.AsSpan()))
    {
        Preferences = bid.Signed.Bid.Preferences is { IsNone: false } preferences
            ? new PreferencesView(
                preferences.GreenPremium.MicroEurPerKWh, preferences.LocalPremium.MicroEurPerKWh, preferences.Partner?.Value, preferences.PartnerPremium.MicroEurPerKWh)
            : null,
    };

    private static ImmutableArray<ImmutableArray<long>> Pairs(ImmutableArray<Step> steps) =>
        [.. steps.Select(step => ImmutableArray.Create(step.Price.MicroEurPerKWh, step.Energy.WattHours))];
}
