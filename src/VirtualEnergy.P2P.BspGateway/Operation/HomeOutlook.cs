using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>What a home says of the time ahead: its program, and what it can change of it. Both are the home's own words, checked for form and signature and not for truth.</summary>
/// <param name="Program">What it means to take through its meter.</param>
/// <param name="Headroom">Of the same number; null until it has come.</param>
public sealed record HomeOutlook(NetProgram Program, HomeHeadroomOffer? Headroom)
{
    /// <summary>The home's program of a day; null where it says nothing of the day's first period.</summary>
    /// <remarks>A plan may end before the day does: what is missing is as it was a day before.</remarks>
    public ImmutableArray<Energy>? Day(MarketDay day, PeriodGrid grid)
    {
        var (first, count, perDay) = (day.First(grid), day.Count(grid), 86_400 / grid.LengthSeconds);
        if (In(first) is null)
        {
            return null;
        }

        var energies = ImmutableArray.CreateBuilder<Energy>(count);
        for (var t = 0; t < count; t++)
        {
            var period = new Period(first.Index + t);
            while (In(period) is null && period >= Program.First)
            {
                period = new Period(period.Index - perDay);
            }

            if (In(period) is not { } energy)
            {
                return null;
            }

            energies.Add(energy);
        }

        return energies.MoveToImmutable();
    }

    /// <summary>The program's energy in a period; null where it does not reach there.</summary>
    public Energy? In(Period period) =>
        period.Index - Program.First.Index is var at && at >= 0 && at < Program.Energies.Length ? Program.Energies[(int)at] : null;

    /// <summary>The headroom in the words of offers: the least that the home takes for a kWh up is an ask, the most that it pays for one down is minus an ask. Lost income and
    /// rebound are in the home's prices already.</summary>
    /// <remarks>One way for each span, that with more power: a home is under one order at a time, so what it can do the other way could not be promised as well.</remarks>
    /// <returns>None where the home offers nothing, or its offer has expired.</returns>
    public ImmutableArray<PointHeadroom> Spans(PodCode pod, DateTimeOffset now)
    {
        if (Headroom is not { } offer || offer.ExpiresAt <= now.ToUnixTimeMilliseconds())
        {
            return [];
        }

        var spans = ImmutableArray.CreateBuilder<PointHeadroom>();
        foreach (var span in offer.Spans)
        {
            if (span.Up.Sum(step => step.Watts) >= span.Down.Sum(step => step.Watts) && !span.Up.IsEmpty)
            {
                spans.Add(new PointHeadroom(pod, span.First, span.Periods, RegulationDirection.Up, [.. span.Up.Select(step => new AskedStep(step.Watts, step.Price))]));
            }
            else if (!span.Down.IsEmpty)
            {
                spans.Add(new PointHeadroom(
                    pod, span.First, span.Periods, RegulationDirection.Down, [.. span.Down.Select(step => new AskedStep(step.Watts, new Price(-step.Price.MicroEurPerKWh)))]));
            }
        }

        return spans.ToImmutable();
    }
}
