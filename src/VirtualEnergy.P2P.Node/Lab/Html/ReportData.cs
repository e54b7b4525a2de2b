using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>A mechanism as the plots draw it: always in the same colour and, where lines cross, with the same dashes.</summary>
internal sealed record Series(int Index, MechanismResult Replay, Measures Measures)
{
    public string Name => Replay.Name;

    public string Colour => $"m{Index % 6}";

    public string Dashes => $"d{Index % 6}";
}

/// <summary>The result in the form that the plots share: series, days, and means over stretches of time.</summary>
internal sealed class ReportData
{
    public ReportData(LabResult result)
    {
        Result = result;
        Baseline = Measures.Of(result.Baseline, result.Baseline);
        Series = [.. result.Mechanisms.Select((replay, i) => new Series(i, replay, Measures.Of(replay, result.Baseline)))];
        Days = [.. Enumerable.Range(0, result.Plan.Span.Days).Select(result.Plan.Span.From.AddDays)];
        var local = result.Baseline.Periods.Select(period => LabSpan.LocalStart(period.Period)).ToArray();
        DayOf = [.. local.Select(start => DateOnly.FromDateTime(start).DayNumber - result.Plan.Span.From.DayNumber)];
        HourOf = [.. local.Select(start => start.Hour)];
    }

    public LabResult Result { get; }

    public LabPlan Plan => Result.Plan;

    public Measures Baseline { get; }

    public ImmutableArray<Series> Series { get; }

    public ImmutableArray<DateOnly> Days { get; }

    /// <summary>Day of each period of the span, from 0.</summary>
    public ImmutableArray<int> DayOf { get; }

    /// <summary>Hour of the local clock in which each period begins.</summary>
    public ImmutableArray<int> HourOf { get; }

    /// <summary>Traded energy and what sellers got, added up over groups of periods.</summary>
    /// <param name="replay">The mechanism.</param>
    /// <param name="groups">Number of groups.</param>
    /// <param name="groupOf">The group of the period at an index of the span.</param>
    public static ImmutableArray<Stretch> Sum(MechanismResult replay, int groups, Func<int, int> groupOf)
    {
        var sums = new Stretch[groups];
        for (var i = 0; i < replay.Periods.Length; i++)
        {
            var period = replay.Periods[i];
            if (period.Volume > Energy.Zero)
            {
                ref var sum = ref sums[groupOf(i)];
                var price = Measures.SellerPrice(period);
                sum = new Stretch(
                    sum.WattHours + period.Volume.WattHours, sum.MicroEur + period.SellersGet.MicroEur,
                    sum.WattHours == 0 ? price : Math.Min(sum.Lowest, price), sum.WattHours == 0 ? price : Math.Max(sum.Highest, price));
            }
        }

        return [.. sums];
    }
}

/// <summary>What was traded in a stretch of time.</summary>
/// <param name="Lowest">Of the periods' means, ct/kWh; 0 when nothing traded.</param>
/// <param name="Highest">Of the periods' means, ct/kWh; 0 when nothing traded.</param>
internal readonly record struct Stretch(long WattHours, long MicroEur, double Lowest, double Highest)
{
    public double KWh => WattHours / 1e3;

    /// <summary>Sellers' mean, ct/kWh; null when nothing traded.</summary>
    public double? Price => WattHours > 0 ? MicroEur / 10.0 / WattHours : null;
}
