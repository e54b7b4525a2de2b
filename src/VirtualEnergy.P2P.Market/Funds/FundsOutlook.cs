namespace VirtualEnergy.P2P.Market.Funds;

/// <summary>How a member's money stands against what she bids and spends.</summary>
public enum FundsLevel
{
    /// <summary>It lasts.</summary>
    Fine,

    /// <summary>It runs out soon: bids are not refused yet.</summary>
    Low,

    /// <summary>It does not cover a bid such as the largest of late: such a bid is refused.</summary>
    Short,
}

/// <summary>When a member is warned.</summary>
/// <param name="Window">How many periods back spending and bids count. 1 or more.</param>
/// <param name="Periods">Warn when the money lasts for fewer periods than this at the recent rate.</param>
/// <param name="Bids">Warn when the money covers fewer than this many bids such as the largest of the window; 2 or more warns a bid ahead.</param>
public sealed record FundsWarningRules(int Window = 96, int Periods = 96, int Bids = 2);

/// <summary>How long a member's money lasts.</summary>
/// <param name="Available">What she can bid with, µEUR.</param>
/// <param name="SpendingPerPeriod">Net payments over the window, a period, rounded down; 0 for who earns. µEUR.</param>
/// <param name="LastsPeriods">Whole periods until nothing is left at that rate; null where nothing is spent.</param>
/// <param name="LargestBid">The largest worst case of a bid in the window, µEUR.</param>
public readonly record struct FundsOutlook(FundsLevel Level, Money Available, Money SpendingPerPeriod, long? LastsPeriods, Money LargestBid);

/// <summary>One member's spending and bids of late, and what follows for how long her money lasts.</summary>
/// <remarks>
/// A bid costs at most its worst case. So as long as no bid is larger than the largest of the window, money that covered two of them
/// before a round covers one after it: the warning at two comes at least a round before the first refusal.
/// </remarks>
public sealed class FundsTrail(FundsWarningRules rules)
{
    private readonly Queue<(Period Period, Money Paid)> _payments = new();
    private readonly LinkedList<(Period Period, Money WorstCase)> _largest = new();
    private Int128 _paid;
    private Period? _first;
    private Period _last;

    /// <summary>A bid was made. The queue keeps only what no later, larger bid overshadows.</summary>
    public void Bid(Period period, Money worstCase)
    {
        Advance(period);
        while (_largest.Last is { } last && last.Value.WorstCase <= worstCase)
        {
            _largest.RemoveLast();
        }

        _largest.AddLast((period, worstCase));
    }

    /// <summary>A round was cleared.</summary>
    /// <param name="period">Its period; rounds come in order.</param>
    /// <param name="delta">+ received, − paid. µEUR.</param>
    public void Clear(Period period, Money delta)
    {
        Advance(period);
        if (delta != Money.Zero)
        {
            _payments.Enqueue((period, -delta));
            _paid -= delta.MicroEur;
        }
    }

    /// <summary>What the money that she has means now.</summary>
    public FundsOutlook With(Money available)
    {
        var periods = _first is { } first ? Math.Min(rules.Window, _last.Index - first.Index + 1) : 0;
        var rate = periods == 0 || _paid <= 0 ? 0 : _paid / periods;
        var left = available < Money.Zero ? Money.Zero : available;
        long? lasts = _paid <= 0 || periods == 0 ? null : (long)Int128.Min((Int128)left.MicroEur * periods / _paid, long.MaxValue);
        var largest = _largest.First?.Value.WorstCase ?? Money.Zero;
        var level = largest > left ? FundsLevel.Short
            : lasts < rules.Periods || (Int128)largest.MicroEur * rules.Bids > left.MicroEur ? FundsLevel.Low
            : FundsLevel.Fine;
        return new FundsOutlook(level, available, new Money((long)Int128.Min(rate, long.MaxValue)), lasts, largest);
    }

    private void Advance(Period period)
    {
        _first ??= period;
        _last = period > _last ? period : _last;
        var beyond = _last.Index - rules.Window;
        while (_payments.TryPeek(out var old) && old.Period.Index <= beyond)
        {
            _paid -= _payments.Dequeue().Paid.MicroEur;
        }

        while (_largest.First is { } first && first.Value.Period.Index <= beyond)
        {
            _largest.RemoveFirst();
        }
    }
}
