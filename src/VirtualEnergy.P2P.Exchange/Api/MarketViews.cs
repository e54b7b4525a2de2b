using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Metering;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Exchange.Api;

/// <summary>Puts the exchange's state into the shapes that people and browsers read. It looks; it never changes anything.</summary>
public sealed class MarketViews(
    ExchangeOptions options, ChainStatus chain, MemberDirectory members, OpenRound open, RoundHistory history, FundsLedger ledger,
    CommunityAccounts accounts)
{
    public SnapshotView Snapshot() => new(Community(), Now(), Book(), Rounds(), Trades(RoundHistory.KeptTrades), Members(), Flows(), Chain());

    public CommunityView Community() => new(
        options.Community, chain.ChainId, options.Contract.ToString(), options.Key.Address.ToString(), "tEUR",
        options.Rules.TickMicroEurPerKWh, options.Rules.Floor.MicroEurPerKWh, options.Rules.Cap.MicroEurPerKWh, options.Rules.KThousandths,
        options.Rules.Grid.LengthSeconds, Supplier())
    {
        PowerPlant = options.PowerPlant(),
    };

    public NowView Now()
    {
        var (period, closesAt) = (open.Period, open.GateClosesAt);
        return new NowView(
            period?.Index, period is { } next ? options.Rules.Grid.StartOf(next) : null, closesAt, open.BidsReceived, members.Active.Count(),
            history.Totals.Rounds, options.Rounds)
        {
            Indication = open.Indication is var (price, volume) ? new IndicationView(price?.MicroEurPerKWh, volume.WattHours) : null,
        };
    }

    public BookView? Book()
    {
        if (open.Period is { } period && open.Bids() is { IsEmpty: false } bids)
        {
            return BookOf(period, bids, null, Energy.Zero);
        }

        return history.LastCleared is { } last && history.Find(last) is { } past
            ? BookOf(last, history.LastBids, past.Round.Price, past.Round.Volume)
            : null;
    }

    public ImmutableArray<RoundView> Rounds() => [.. history.Rounds().Select(Of)];

    /// <param name="limit">At most this many, newest first.</param>
    public ImmutableArray<TradeView> Trades(int limit) => [.. history.Trades().Take(limit).Select(entry => Of(entry.Period, entry.Trade))];

    public ImmutableArray<MemberView> Members() => [.. members.All.Select(Of)];

    public MemberDetailView? Member(MemberId id) => members.Find(id) is { } member
        ? new MemberDetailView(Of(member), member.ConnectionWatts, member.IsActive, ledger.Available(id).MicroEur)
        : null;

    public FlowsView? Flows()
    {
        if (accounts.LastFlows(members.Active.Count()) is not { } flows)
        {
            return null;
        }

        var shares = accounts.SelfSufficiency() ?? default;
        return new FlowsView(
            flows.Period.Index, flows.Consumption.WattHours, flows.Production.WattHours, flows.Charge.WattHours,
            flows.Discharge.WattHours, flows.Local.WattHours, flows.Import.WattHours, flows.Export.WattHours, Math.Max(0, shares.Without),
            Math.Max(0, shares.With));
    }

    public ChainView Chain() => new(
        chain.IsConnected, chain.ChainId, chain.Block, history.LastSettled?.Index, history.LastTransaction?.ToString(), history.Totals.Gas,
        history.Totals.GasPerTrade, history.Totals.Rounds - history.Totals.Settled)
    {
        LastFinalPeriod = chain.LastFinal?.Index, Stopped = chain.Stopped,
    };

    public RoundView Of(PastRound past)
    {
        var (round, settlement) = past;
        return new RoundView(
            round.Period.Index, options.Rules.Grid.StartOf(round.Period), round.Price?.MicroEurPerKWh, round.Volume.WattHours, round.Bids,
            round.Trades.Length, round.Supplier?.Import.MicroEurPerKWh, round.Supplier?.Export.MicroEurPerKWh, past.IsSettled,
            settlement?.Block, settlement?.Transaction?.ToString(), settlement?.Gas);
    }

    public static TradeView Of(Period period, Trade trade) => new(
        period.Index, trade.Buyer.Value, trade.Seller.Value, trade.Energy.WattHours, trade.Price.MicroEurPerKWh, trade.Amount.MicroEur,
        trade.GridFee.MicroEurPerKWh, trade.Spread.MicroEurPerKWh, trade.Quality.Names());

    /// <param name="past">The round and its settlement.</param>
    /// <param name="bids">Every admitted bid of the period; of each member the highest number counted.</param>
    /// <param name="members">As they were when the round was cleared.</param>
    public RoundDetailView Detail(PastRound past, IEnumerable<JournalledBid> bids, IReadOnlyDictionary<MemberId, Member> members)
    {
        var (round, settlement) = past;
        return new RoundDetailView(
            Of(past), [.. JournalReplay.Counting(bids).Select(signed => Of(signed, members.GetValueOrDefault(signed.Bid.Member)))],
            new ClearingView(
                round.Price?.MicroEurPerKWh, round.Interval?.Low.MicroEurPerKWh, round.Interval?.High.MicroEurPerKWh, round.Volume.WattHours),
            [.. round.Trades.Select(trade => Of(round.Period, trade))],
            [.. round.Charges.Select(charge => new ChargeView(charge.Member.Value, charge.Amount.MicroEur))],
            [.. round.Deltas().Select(delta => new DeltaView(delta.Member.Value, delta.Delta.MicroEur))],
            new RootsView(round.BidsRoot.ToString(), round.TradesRoot.ToString(), round.RoundHash.ToString()) { Seed = round.Seed?.ToString() },
            settlement is null ? null : new SettlementView(
                settlement.State.ToString().ToLowerInvariant(), settlement.CallDataHash.ToString(),
                settlement.Transaction?.ToString(), settlement.Block, settlement.Gas));
    }

    private static BidView Of(SignedBid signed, Member? member) => new(
        signed.Bid.Member.Value, signed.Bid.Number, Pairs(signed.Bid.Buy), Pairs(signed.Bid.Sell), member?.Zone.Value ?? "", member?.IsGreen == true,
        signed.Hash.ToString(), JournalText.Hex(signed.Signature))
    {
        Preferences = signed.Bid.Preferences is { IsNone: false } preferences
            ? new PreferencesView(
                preferences.GreenPremium.MicroEurPerKWh, preferences.LocalPremium.MicroEurPerKWh, preferences.Partner?.Value,
                preferences.PartnerPremium.MicroEurPerKWh)
            : null,
    };

    private static ImmutableArray<ImmutableArray<long>> Pairs(IEnumerable<Step> steps) =>
        [.. steps.Select(step => ImmutableArray.Create(step.Price.MicroEurPerKWh, step.Energy.WattHours))];

    private static BookView BookOf(Period period, ImmutableArray<SignedBid> bids, Price? price, Energy volume) => new(
        period.Index,
        Pairs(AddedUp(bids.SelectMany(signed => signed.Bid.Buy)).OrderByDescending(step => step.Price)),
        Pairs(AddedUp(bids.SelectMany(signed => signed.Bid.Sell)).OrderBy(step => step.Price)),
        price?.MicroEurPerKWh, volume.WattHours);

    private static IEnumerable<Step> AddedUp(IEnumerable<Step> steps) => steps
        .GroupBy(step => step.Price, step => step.Energy)
        .Select(same => new Step(same.Key, same.Aggregate(Energy.Zero, (sum, energy) => sum + energy)));

    private MemberView Of(Member member)
    {
        var account = accounts.Of(member.Id);
        return new MemberView(
            member.Id.Value, member.Name, member.Zone.Value, members.IsOnline(member.Id), ledger.OnChain(member.Id).MicroEur,
            account.Savings.MicroEur, account.Bought.WattHours, account.Sold.WattHours, account.Import.WattHours, account.Export.WattHours,
            account.Production.WattHours, account.Charge.WattHours, account.Discharge.WattHours);
    }

    private SupplierView? Supplier() =>
        options.Tariff is { } tariff && (open.Period ?? history.LastCleared) is { } period && tariff.At(period) is var prices
            ? new SupplierView(prices.Import.MicroEurPerKWh, prices.Export.MicroEurPerKWh)
            : null;
}
