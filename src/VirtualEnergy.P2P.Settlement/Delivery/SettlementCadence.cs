using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Delivery;

/// <summary>Which periods move balances: with <c>periodsPerBatch</c> = K those <c>p</c> with <c>p + 1</c> divisible by K, each for all since the one before. Pure.</summary>
public sealed record SettlementCadence
{
    /// <param name="periodsPerBatch">K; 1 moves the money of each period with the period.</param>
    /// <param name="first">The first period of the journal: nothing before it is owed.</param>
    public SettlementCadence(int periodsPerBatch, Period first)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(periodsPerBatch, 1);
        (PeriodsPerBatch, First) = (periodsPerBatch, first);
    }

    public int PeriodsPerBatch { get; }

    public Period First { get; }

    public bool MovesBalances(Period period) => (period.Index + 1) % PeriodsPerBatch == 0;

    /// <summary>The first period of those whose money moves together with this one's.</summary>
    public Period FirstOfBatch(Period period) => new(Math.Max(First.Index, period.Index - period.Index % PeriodsPerBatch));

    /// <summary>The period with which this one's money moves: itself, or a later one.</summary>
    public Period MovesWith(Period period) => new(period.Index - period.Index % PeriodsPerBatch + PeriodsPerBatch - 1);

    /// <summary>The last period up to this one whose money has moved when this one is settled; the one before <see cref="First"/> if none.</summary>
    public Period LastMoved(Period settled) =>
        MovesBalances(settled) ? settled : new(Math.Max(First.Index, settled.Index - settled.Index % PeriodsPerBatch) - 1);
}
