using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Funds;

/// <summary>
/// Cuts a bid down to what its member can or will pay: of the steps that cost her something she keeps those that are worth most to her,
/// whole as far as the money goes, then one in part. What costs her nothing stays.
/// </summary>
public static class BidTrimming
{
    /// <summary>A bid whose <see cref="Bid.WorstCasePayment"/> is at most <paramref name="limit"/>; the same bid where it is already.</summary>
    /// <param name="bid">In order, as an admissible bid is.</param>
    /// <param name="limit">µEUR; below zero is as zero.</param>
    /// <exception cref="OverflowException">A price with its premiums does not fit in 64 bits.</exception>
    public static Bid Within(Bid bid, Money limit)
    {
        limit = limit < Money.Zero ? Money.Zero : limit;
        if (bid.WorstCasePayment <= limit)
        {
            return bid;
        }

        // Bought: dearest first, that is what she wants most. Sold below zero: the least negative first, it costs her least.
        var premiums = bid.Preferences.Most.MicroEurPerKWh;
        var buy = Kept(bid.Buy, step => checked(step.Price.MicroEurPerKWh + premiums), limit);
        var sell = Kept([.. bid.Sell.Reverse()], step => checked(-step.Price.MicroEurPerKWh), limit);
        return bid with { Buy = buy, Sell = [.. sell.Reverse()], Preferences = bid.Preferences.For(buy, [.. sell.Reverse()]) };
    }

    /// <param name="steps">In the order in which they are kept.</param>
    /// <param name="cost">µEUR/kWh that a step costs at worst; a step of no cost stays.</param>
    private static ImmutableArray<Step> Kept(ImmutableArray<Step> steps, Func<Step, long> cost, Money limit)
    {
        var kept = ImmutableArray.CreateBuilder<Step>(steps.Length);
        var left = limit;
        var isSpent = false;
        foreach (var step in steps)
        {
            var price = cost(step);
            if (price <= 0)
            {
                kept.Add(step);
            }
            else if (!isSpent)
            {
                var energy = Energy.Min(step.Energy, Affordable(price, left));
                isSpent = energy < step.Energy;
                left -= Paid(price, energy);
                if (energy > Energy.Zero)
                {
                    kept.Add(step with { Energy = energy });
                }
            }
        }

        return kept.ToImmutable();
    }

    /// <summary>The most energy that costs no more than this at a price, rounded as payments are, whichever way half a µEUR goes.</summary>
    private static Energy Affordable(long price, Money left)
    {
        var most = (((Int128)left.MicroEur + 1) * 1000 - 501) / price;
        return new Energy((long)Int128.Clamp(most, 0, long.MaxValue));
    }

    // A payment that leaves is rounded half up, one that is owed at a negative price half down; the dearer of the two is counted.
    private static Money Paid(long price, Energy energy) => new Price(price).Of(energy);
}
