using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace VirtualEnergy.P2P.Exchange.Api;

/// <summary>The whole picture, as a browser needs it at the start and after each reconnection.</summary>
public sealed record SnapshotView(
    CommunityView Community, NowView Now, BookView? Book, ImmutableArray<RoundView> Rounds, ImmutableArray<TradeView> Trades,
    ImmutableArray<MemberView> Members, FlowsView? Flows, ChainView Chain);

/// <summary>What does not change while the exchange runs.</summary>
public sealed record CommunityView(
    string Name, ulong ChainId, string Contract, string Exchange, string Token, long TickMicroEurPerKWh, long FloorMicroEurPerKWh,
    long CapMicroEurPerKWh, int KThousandths, int PeriodSeconds, SupplierView? Supplier)
{
    /// <summary>Where the gateway of the balancing service provider is that the community belongs to; null without one.</summary>
    public Uri? PowerPlant { get; init; }
}

/// <summary>The supplier's prices of the open period, or of the last one.</summary>
public sealed record SupplierView(long ImportMicroEurPerKWh, long ExportMicroEurPerKWh);

/// <param name="RoundsTotal">Null: no end is planned.</param>
public sealed record NowView(
    long? OpenPeriod, DateTimeOffset? DeliveryStart, DateTimeOffset? GateClosesAt, int BidsReceived, int MembersActive, int RoundsCleared,
    int? RoundsTotal)
{
    /// <summary>What the bids that are in would come to if the gate closed now; null where counting them does not tell.</summary>
    public IndicationView? Indication { get; init; }
}

/// <param name="PriceMicroEurPerKWh">Null: nothing would trade.</param>
public sealed record IndicationView(long? PriceMicroEurPerKWh, long VolumeWh);

/// <summary>Steps added up by price: the open round's, or the last cleared one's.</summary>
/// <param name="Buy">Pairs of price (µEUR/kWh) and energy (Wh), highest price first.</param>
/// <param name="Sell">Pairs, lowest price first.</param>
/// <param name="PriceMicroEurPerKWh">Null while the gate is open and where nothing traded.</param>
public sealed record BookView(
    long Period, ImmutableArray<ImmutableArray<long>> Buy, ImmutableArray<ImmutableArray<long>> Sell, long? PriceMicroEurPerKWh, long VolumeWh);

public sealed record RoundView(
    long Period, DateTimeOffset DeliveryStart, long? PriceMicroEurPerKWh, long VolumeWh, int Bids, int Trades,
    long? SupplierImportMicroEurPerKWh, long? SupplierExportMicroEurPerKWh, bool Settled, ulong? Block, string? Transaction, ulong? Gas);

/// <param name="PriceMicroEurPerKWh">What the seller gets.</param>
/// <param name="AmountMicroEur">What the seller gets for all of it.</param>
/// <param name="GridFeeMicroEurPerKWh">On top, from the buyer to the grid operator.</param>
/// <param name="SpreadMicroEurPerKWh">On top, from the buyer to the community.</param>
/// <param name="Quality">What is known of the energy's origin: green, local, partner.</param>
public sealed record TradeView(
    long Period, string Buyer, string Seller, long EnergyWh, long PriceMicroEurPerKWh, long AmountMicroEur, long GridFeeMicroEurPerKWh,
    long SpreadMicroEurPerKWh, ImmutableArray<string> Quality);

public sealed record MemberView(
    string Id, string Name, string Zone, bool Online, long BalanceMicroEur, long SavingsMicroEur, long BoughtWh, long SoldWh, long ImportWh,
    long ExportWh, long ProductionWh, long ChargeWh, long DischargeWh);

/// <summary>The last metered period; the two shares are over the whole run, 0 to 1.</summary>
public sealed record FlowsView(
    long Period, long ConsumptionWh, long ProductionWh, long ChargeWh, long DischargeWh, long LocalWh, long ImportWh, long ExportWh,
    double SelfSufficiencyWithout, double SelfSufficiencyWith);

public sealed record ChainView(
    bool Connected, ulong ChainId, ulong? Block, long? LastSettledPeriod, string? LastTransaction, ulong GasTotal, double? GasPerTrade,
    int PendingRounds)
{
    /// <summary>The last period whose batch no reorganisation takes back.</summary>
    public long? LastFinalPeriod { get; init; }

    /// <summary>Why settlement has stopped though the chain answers; null while it goes on.</summary>
    public string? Stopped { get; init; }
}

/// <summary>A member with what only she and her neighbours would ask for.</summary>
/// <param name="AvailableMicroEur">Balance and what the unsettled rounds will do to it: what she can bid with.</param>
public sealed record MemberDetailView(MemberView Member, long ConnectionWatts, bool Active, long AvailableMicroEur);

/// <summary>A round with everything that one needs to recompute it.</summary>
/// <param name="Charges">What members pay to the community beside their trades.</param>
public sealed record RoundDetailView(
    RoundView Round, ImmutableArray<BidView> Bids, ClearingView Clearing, ImmutableArray<TradeView> Trades, ImmutableArray<ChargeView> Charges,
    ImmutableArray<DeltaView> Deltas, RootsView Roots, SettlementView? Settlement);

/// <summary>A bid that counted.</summary>
/// <param name="Zone">The member's low-voltage zone when the round was cleared.</param>
/// <param name="Green">Whether what the member sold then counted as green.</param>
public sealed record BidView(
    string Member, long Number, ImmutableArray<ImmutableArray<long>> Buy, ImmutableArray<ImmutableArray<long>> Sell, string Zone, bool Green, string Hash,
    string Signature)
{
    /// <summary>The bid's premiums; absent where it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PreferencesView? Preferences { get; init; }
}

/// <summary>Premiums on top of a bid's buy steps.</summary>
/// <param name="Partner">Absent where there is none.</param>
public sealed record PreferencesView(
    long GreenMicroEurPerKWh, long LocalMicroEurPerKWh, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Partner,
    long PartnerMicroEurPerKWh);

/// <summary>A payment of a member to the community that belongs to no trade.</summary>
public sealed record ChargeView(string Member, long AmountMicroEur);

public sealed record ClearingView(long? PriceMicroEurPerKWh, long? PriceLowMicroEurPerKWh, long? PriceHighMicroEurPerKWh, long VolumeWh);

/// <param name="DeltaMicroEur">+ received, − paid.</param>
public sealed record DeltaView(string Member, long DeltaMicroEur);

public sealed record RootsView(string BidsRoot, string TradesRoot, string RoundHash)
{
    /// <summary>The round's seed; absent where its mechanism draws no lots.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Seed { get; init; }
}

/// <param name="State"><c>prepared</c>, <c>sent</c>, <c>mined</c> or <c>final</c>.</param>
public sealed record SettlementView(string State, string CallDataHash, string? Transaction, ulong? Block, ulong? Gas);

/// <param name="From">The first period asked for.</param>
/// <param name="Limit">How many at most.</param>
public sealed record RoundPage(long? From, int Limit, ImmutableArray<RoundView> Rounds);
