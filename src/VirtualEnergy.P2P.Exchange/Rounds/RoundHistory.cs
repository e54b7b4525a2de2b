using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Delivery;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>A cleared round, with its settlement once the chain has it.</summary>
public sealed record PastRound(JournalledRound Round, OutboxBatch? Settlement)
{
    public bool IsSettled => Settlement is { IsOnChain: true };
}

/// <summary>Sums over every round since the journal's first. Prices: rounds that had one, each counted once.</summary>
public sealed record RoundTotals(
    int Rounds, int Bids, int Trades, Energy Traded, int Priced, Int128 PriceSum, Price? PriceMin, Price? PriceMax, int Settled, ulong Gas, int TradesSettled)
{
    public static readonly RoundTotals None = new(0, 0, 0, Energy.Zero, 0, 0, null, null, 0, 0, 0);

    /// <summary>The unweighted mean, rounded towards zero. µEUR/kWh.</summary>
    public Price? PriceMean => Priced == 0 ? null : new Price((long)(PriceSum / Priced));

    public double? GasPerTrade => TradesSettled == 0 ? null : (double)Gas / TradesSettled;
}

/// <summary>The last rounds and trades in memory, and the totals; older rounds are in the journal.</summary>
/// <remarks>The round clock adds, the settlement worker settles, everyone may look. Any thread may call.</remarks>
public sealed class RoundHistory
{
    /// <summary>Two days of quarter hours.</summary>
    public const int KeptRounds = 192;

    public const int KeptTrades = 60;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<Period, PastRound> _rounds = [];
    private ImmutableArray<(Period Period, Trade Trade)> _trades = [];

    // One reference to immutable values: a reader sees all of a change or nothing of it.
    private volatile Latest _latest = new(null, null, null, []);
    private volatile RoundTotals _totals = RoundTotals.None;

    public RoundTotals Totals => _totals;

    public Period? LastCleared => _latest.Cleared;

    public Period? LastSettled => _latest.Settled;

    /// <summary>The transaction of the last settlement that was seen mined.</summary>
    public Hash256? LastTransaction => _latest.Transaction;

    /// <summary>The book of the last cleared round.</summary>
    public ImmutableArray<SignedBid> LastBids => _latest.Bids;

    public void Add(JournalledRound round, ImmutableArray<SignedBid> bids)
    {
        lock (_lock)
        {
            _rounds[round.Period] = new PastRound(round, null);
            if (_rounds.Count > KeptRounds)
            {
                _rounds.Remove(_rounds.Keys.First());
            }

            _trades = [.. round.Trades.Select(trade => (round.Period, trade)).Concat(_trades).Take(KeptTrades)];
            _latest = _latest with { Cleared = round.Period, Bids = bids };
            var sums = _totals;
            _totals = sums with
            {
                Rounds = sums.Rounds + 1,
                Bids = sums.Bids + round.Bids,
                Trades = sums.Trades + round.Trades.Length,
                Traded = sums.Traded + round.Volume,
                Priced = sums.Priced + (round.Price is null ? 0 : 1),
                PriceSum = sums.PriceSum + (round.Price?.MicroEurPerKWh ?? 0),
                PriceMin = round.Price is { } low ? Price.Min(low, sums.PriceMin ?? low) : sums.PriceMin,
                PriceMax = round.Price is { } high ? Price.Max(high, sums.PriceMax ?? high) : sums.PriceMax,
            };
        }
    }

    /// <param name="settlement">On the chain.</param>
    /// <param name="trades">How many trades the round had.</param>
    public void Settle(OutboxBatch settlement, int trades)
    {
        lock (_lock)
        {
            if (_rounds.TryGetValue(settlement.Period, out var past))
            {
                _rounds[settlement.Period] = past with { Settlement = settlement };
            }

            _latest = _latest with { Settled = settlement.Period, Transaction = settlement.Transaction ?? _latest.Transaction };
            _totals = _totals with
            {
                Settled = _totals.Settled + 1,
                Gas = _totals.Gas + (settlement.Gas ?? 0),
                TradesSettled = _totals.TradesSettled + (settlement.Gas is null ? 0 : trades),
            };
        }
    }

    /// <summary>The chain lost the last settled round.</summary>
    /// <param name="period">The last one settled.</param>
    /// <param name="trades">As it was settled with.</param>
    public void Unsettle(Period period, int trades)
    {
        lock (_lock)
        {
            var gas = _rounds.TryGetValue(period, out var past) ? past.Settlement?.Gas : null;
            if (past is not null)
            {
                _rounds[period] = past with { Settlement = null };
            }

            _latest = _latest with { Settled = _totals.Settled > 1 ? period.Previous : null };
            _totals = _totals with
            {
                Settled = _totals.Settled - 1, Gas = _totals.Gas - (gas ?? 0), TradesSettled = _totals.TradesSettled - (gas is null ? 0 : trades),
            };
        }
    }

    /// <summary>Of the last <see cref="KeptRounds"/>; null for an older or an unknown one.</summary>
    public PastRound? Find(Period period)
    {
        lock (_lock)
        {
            return _rounds.GetValueOrDefault(period);
        }
    }

    /// <summary>The last rounds, oldest first.</summary>
    public ImmutableArray<PastRound> Rounds()
    {
        lock (_lock)
        {
            return [.. _rounds.Values];
        }
    }

    /// <summary>The last trades, newest first.</summary>
    public ImmutableArray<(Period Period, Trade Trade)> Trades()
    {
        lock (_lock)
        {
            return _trades;
        }
    }

    private sealed record Latest(Period? Cleared, Period? Settled, Hash256? Transaction, ImmutableArray<SignedBid> Bids);
}
