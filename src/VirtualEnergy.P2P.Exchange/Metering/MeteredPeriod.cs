using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Metering;

/// <summary>By what a member was settled.</summary>
/// <param name="Net">Wh, import − export.</param>
/// <param name="Number">The reading's; null for an estimate.</param>
internal readonly record struct SettledBy(Energy Net, long? Number);

/// <summary>How a member stands in a period.</summary>
/// <param name="Reading">The reading that counts; null where an estimate has to.</param>
/// <param name="IsDisputed">There is a reading, and she disputes it.</param>
/// <param name="Traded">Net energy of her trades, + bought. Wh.</param>
public readonly record struct MeterStanding(MemberId Member, Period Period, MeterReading? Reading, bool IsDisputed, Energy Traded);

/// <summary>What a period is to be settled by.</summary>
/// <param name="Price">The round's, if it had one.</param>
/// <param name="Members">By member.</param>
/// <param name="Corrections">Earlier periods that were settled by another number than counts now, with that number; by member and period.</param>
public sealed record MeteringDraft(
    Price? Price, SupplierPrices? Supplier, IReadOnlyList<MeterStanding> Members, IReadOnlyList<(MeterStanding Now, Energy Assumed)> Corrections);

/// <summary>One period of <see cref="DeviationBook"/>.</summary>
internal sealed class MeteredPeriod
{
    private readonly Dictionary<MemberId, SettledBy> _settled = [];
    private readonly MoneyAccounts _accounts;

    public MeteredPeriod(JournalledRound round)
    {
        (Price, Supplier, _accounts) = (round.Price, round.Supplier, round.Accounts);
        foreach (var trade in round.Trades)
        {
            Traded[trade.Buyer] = Traded.GetValueOrDefault(trade.Buyer) + trade.Energy;
            Traded[trade.Seller] = Traded.GetValueOrDefault(trade.Seller) - trade.Energy;
        }
    }

    public Price? Price { get; }

    public SupplierPrices? Supplier { get; }

    public Dictionary<MemberId, Energy> Traded { get; } = [];

    /// <summary>The newest of each member.</summary>
    public Dictionary<MemberId, MeterReading> Readings { get; } = [];

    /// <summary>How many readings of each member were taken.</summary>
    public Dictionary<MemberId, int> Counts { get; } = [];

    public HashSet<(MemberId Member, long Number)> Disputed { get; } = [];

    public bool IsSettled { get; set; }

    /// <summary>An account that only gets fees has no meter.</summary>
    public bool IsMember(MemberId member) => member != _accounts.GridOperator && member != _accounts.Community;

    public bool IsDisputed(MemberId member) => Readings.TryGetValue(member, out var reading) && Disputed.Contains((member, reading.Number));

    public MeterReading? Counting(MemberId member) => IsDisputed(member) ? null : Readings.GetValueOrDefault(member);

    public MeterStanding StandingOf(MemberId member, Period period) =>
        new(member, period, Counting(member), IsDisputed(member), Traded.GetValueOrDefault(member));

    public SettledBy? SettledBy(MemberId member) => _settled.TryGetValue(member, out var settled) ? settled : null;

    public void Settle(MemberId member, SettledBy by) => _settled[member] = by;
}
