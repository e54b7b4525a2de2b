using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Devnet.PowerPlant;

/// <summary>When of the demo's first day what happens to the power plant; times on the wall are Italian.</summary>
/// <param name="Day">The day.</param>
/// <param name="Profile">The market's rules.</param>
internal sealed record PowerPlantPlan(DateOnly Day, MarketProfile Profile)
{
    public const string Unit = "UVAM-SARD-1";

    /// <summary>The community, as the gateway calls what stands behind one link.</summary>
    public const string Customer = "community";

    public static readonly TimeSpan Cycle = TimeSpan.FromSeconds(4);

    /// <summary>Baselines are frozen, and offers made, so long before their gate.</summary>
    public static readonly TimeSpan Lead = TimeSpan.FromMinutes(10);

    // Homes come back over some minutes, and some seconds later all is measured.
    private static readonly TimeSpan Release = TimeSpan.FromSeconds(330);

    /// <summary>What is offered begins here: a span of homes' headroom begins then, as they tell it from midnight on hour by hour.</summary>
    public TimeOnly From { get; } = new(19, 0);

    private MarketDay MarketDay => new(Day);

    /// <summary>And lasts as long as the market asks it to be held.</summary>
    public DateTimeOffset Until => MarketDay.At(From).AddSeconds(Profile.HoldingSeconds);

    public TimeSpan Ramp => TimeSpan.FromSeconds(Profile.RampSeconds);

    public TimeSpan Hold { get; } = TimeSpan.FromMinutes(15);

    /// <summary>The day before.</summary>
    public DateTimeOffset Planning => Profile.BaselineGate(MarketDay) - Lead;

    /// <summary>Where the market's clock begins, before planning.</summary>
    public DateTimeOffset Begin => Planning - TimeSpan.FromMinutes(4);

    /// <summary>After seven in the evening, so that homes are back just before a period ends.</summary>
    public DateTimeOffset OrderAt
    {
        get
        {
            var length = TimeSpan.FromSeconds(Profile.Grid.LengthSeconds);
            return WatchedFrom + (length - TimeSpan.FromTicks((Ramp + Hold + Release).Ticks % length.Ticks));
        }
    }

    /// <summary>From here on the demo goes slowly, so that cycles happen.</summary>
    public DateTimeOffset WatchedFrom => MarketDay.At(From);

    public DateTimeOffset WatchedUntil => OrderAt + Ramp + Hold + Release;

    /// <summary>Periods in which the order is in force.</summary>
    public int OrderedPeriods => (int)(Profile.Grid.At(OrderAt + Ramp + Hold).Index - Profile.Grid.At(OrderAt).Index) + 1;

    /// <summary>Periods in one statement of payments: as many as are offered, so that the evening has one.</summary>
    public int StatedPeriods => HoldingPeriods;

    /// <summary>When the statement of the order's periods is made, and a minute more.</summary>
    public DateTimeOffset PaidAt =>
        Profile.Grid.StartOf(new Period((Profile.Grid.At(OrderAt + Ramp + Hold).Index / StatedPeriods + 1) * StatedPeriods)).AddMinutes(2);

    /// <summary>The rounds that a run must have: homes are paid in the period before the last that is bid for.</summary>
    public int Rounds => (int)(Profile.Grid.At(PaidAt).Index - MarketDay.First(Profile.Grid).Index) + 2;

    /// <summary>Spans of headroom from midnight to the end of what is offered.</summary>
    public int Spans => (int)(Profile.Grid.At(Until).Index - MarketDay.First(Profile.Grid).Index) / HoldingPeriods;

    public int HoldingPeriods => Profile.HoldingSeconds / Profile.Grid.LengthSeconds;

    /// <summary>Why the evening's order is not part of a run; null where it is.</summary>
    public string? WhyNot(DemoOptions options, Period first) =>
        !options.Msd ? "Left out by --no-msd."
        : first != MarketDay.First(Profile.Grid) ? "Left out, as the data do not begin at midnight."
        : options.Periods < Rounds ? $"Left out: the evening's order takes {Rounds} periods or more."
        : null;
}
