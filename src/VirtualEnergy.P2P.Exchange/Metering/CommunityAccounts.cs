using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Metering;

/// <summary>
/// Brings trades and meter readings together. For a home and a period: net n = import − export; traded t, bought positive;
/// the residual r = n − t is bought from the supplier (r &gt; 0) or sold to it (r &lt; 0).
/// A home consumes production + import − export + discharge − charge.
/// savings = supplier's cost of n − (money paid for t + supplier's cost of r).
/// </summary>
/// <remarks>Pure arithmetic; readings of the last <see cref="KeptPeriods"/> periods are still taken. Any thread may call.</remarks>
public sealed class CommunityAccounts
{
    /// <summary>A week of quarter hours: how late a reading may come.</summary>
    public const int KeptPeriods = 672;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<Period, PeriodAccount> _periods = [];
    private readonly Dictionary<MemberId, MemberAccount> _members = [];
    private Energy _consumption;
    private Energy _importWithout;
    private Energy _importWith;

    /// <summary>Books a cleared round.</summary>
    /// <param name="supplier">Null where the community has no tariff: then nothing is saved.</param>
    public void Clear(Period period, IEnumerable<Trade> trades, IEnumerable<Charge> charges, SupplierPrices? supplier)
    {
        lock (_lock)
        {
            var account = _periods[period] = new PeriodAccount(supplier);
            foreach (var trade in trades)
            {
                account.Trade(trade.Buyer, trade.Energy, trade.BuyerPays);
                account.Trade(trade.Seller, -trade.Energy, -trade.Amount);
                var buyer = _members.GetValueOrDefault(trade.Buyer);
                _members[trade.Buyer] = buyer with { Bought = buyer.Bought + trade.Energy };
                var seller = _members.GetValueOrDefault(trade.Seller);
                _members[trade.Seller] = seller with { Sold = seller.Sold + trade.Energy };
            }

            foreach (var charge in charges)
            {
                account.Trade(charge.Member, Energy.Zero, charge.Amount);
            }

            while (_periods.Count > KeptPeriods)
            {
                _periods.Remove(_periods.Keys.First());
            }
        }
    }

    /// <summary>The reading of a member and period that counts; null where none came, or the period is too long ago.</summary>
    public MeterReading? ReadingOf(MemberId member, Period period)
    {
        lock (_lock)
        {
            return _periods.TryGetValue(period, out var account) ? account.Metered.GetValueOrDefault(member) : null;
        }
    }

    /// <summary>Whether the period still takes readings, of anyone.</summary>
    public bool IsKept(Period period)
    {
        lock (_lock)
        {
            return _periods.ContainsKey(period);
        }
    }

    /// <summary>Whether each cleared period that is still kept has this many readings.</summary>
    public bool IsComplete(int members)
    {
        lock (_lock)
        {
            return _periods.Values.All(account => account.Metered.Count >= members);
        }
    }

    /// <summary>Books a reading in place of an earlier one of a lower number; false, without effect, if there is a later one or the period is not kept.</summary>
    public bool TryMeter(MeterReading reading)
    {
        lock (_lock)
        {
            if (!_periods.TryGetValue(reading.Period, out var account))
            {
                return false;
            }

            if (account.Metered.GetValueOrDefault(reading.Member) is { } before)
            {
                if (before.Number >= reading.Number)
                {
                    return false;
                }

                Book(account, before, times: -1);
            }

            account.Metered[reading.Member] = reading;
            Book(account, reading, times: 1);
            return true;
        }
    }

    /// <param name="account">The reading's period.</param>
    /// <param name="reading">All of it.</param>
    /// <param name="times">1, or −1 to take it out again.</param>
    private void Book(PeriodAccount account, MeterReading reading, long times)
    {
        Energy Times(Energy energy) => new(checked(times * energy.WattHours));
        var (traded, paid) = account.Position(reading.Member);
        var net = reading.Net;
        var residual = net - traded;
        account.Consumption += Times(reading.Consumption);
        account.Production += Times(reading.Production);
        account.Charge += Times(reading.Charge);
        account.Discharge += Times(reading.Discharge);
        account.Import += Times(Energy.Max(Energy.Zero, residual));
        account.Export += Times(Energy.Max(Energy.Zero, -residual));

        _consumption += Times(reading.Consumption);
        _importWithout += Times(Energy.Max(Energy.Zero, net));
        _importWith += Times(Energy.Max(Energy.Zero, residual));

        var saved = account.Supplier is { } prices ? prices.CostOf(net) - (paid + prices.CostOf(residual)) : Money.Zero;
        var member = _members.GetValueOrDefault(reading.Member);
        _members[reading.Member] = member with
        {
            Savings = member.Savings + new Money(checked(times * saved.MicroEur)),
            Import = member.Import + Times(reading.Import),
            Export = member.Export + Times(reading.Export),
            Production = member.Production + Times(reading.Production),
            Charge = member.Charge + Times(reading.Charge),
            Discharge = member.Discharge + Times(reading.Discharge),
        };
    }

    /// <summary>The period's metered net energy beyond its trades, + import, and how many meters that is; null for an unknown period.</summary>
    public (Energy Net, int Meters)? NetOf(Period period)
    {
        lock (_lock)
        {
            return _periods.TryGetValue(period, out var account) ? (account.Import - account.Export, account.Metered.Count) : null;
        }
    }

    public MemberAccount Of(MemberId member)
    {
        lock (_lock)
        {
            return _members.GetValueOrDefault(member);
        }
    }

    /// <summary>All members' savings.</summary>
    public Money Savings()
    {
        lock (_lock)
        {
            return _members.Values.Aggregate(Money.Zero, (sum, member) => sum + member.Savings);
        }
    }

    /// <summary>Over the whole run; null before the first consumption was metered.</summary>
    public SelfSufficiency? SelfSufficiency()
    {
        lock (_lock)
        {
            return _consumption <= Energy.Zero ? null : new SelfSufficiency(Share(_importWithout), Share(_importWith));
        }

        double Share(Energy bought) => 1 - (double)bought.WattHours / _consumption.WattHours;
    }

    /// <summary>
    /// The last metered period's flows. While its readings still come in, the period before is shown: a half-metered
    /// community would seem to consume half.
    /// </summary>
    /// <param name="members">How many readings make a period complete.</param>
    public EnergyFlows? LastFlows(int members)
    {
        lock (_lock)
        {
            EnergyFlows? flows = null;
            foreach (var (period, account) in _periods.Reverse().Where(entry => entry.Value.Metered.Count > 0).Take(2))
            {
                flows ??= account.Flows(period);
                if (account.Metered.Count >= members || flows.Value.Period != period)
                {
                    return account.Flows(period);
                }
            }

            return flows;
        }
    }
}
