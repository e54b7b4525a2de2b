using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices.Stores;

/// <summary>A journey: the car is away from its first period on, and back when the period <paramref name="Back"/> begins.</summary>
/// <param name="Leaves">First period without the car.</param>
/// <param name="Back">First period with it again; after <paramref name="Leaves"/>.</param>
/// <param name="Energy">What driving takes out of its battery, Wh ≥ 0.</param>
public readonly record struct Journey(Period Leaves, Period Back, Energy Energy)
{
    /// <summary>Journeys by periods of another length: away in each in which they are away for a part, and one where they then meet.</summary>
    /// <param name="journeys">In order, none begins before the one before is over.</param>
    public static ImmutableArray<Journey> On(IEnumerable<Journey> journeys, PeriodGrid from, PeriodGrid to)
    {
        var on = ImmutableArray.CreateBuilder<Journey>();
        foreach (var journey in journeys)
        {
            var one = new Journey(to.At(from.StartOf(journey.Leaves)), to.At(from.StartOf(journey.Back).AddTicks(-1)).Next, journey.Energy);
            if (on.Count > 0 && one.Leaves < on[^1].Back)
            {
                on[^1] = new Journey(on[^1].Leaves, one.Back, on[^1].Energy + one.Energy);
            }
            else
            {
                on.Add(one);
            }
        }

        return on.DrainToImmutable();
    }
}

/// <summary>An electric car, simulated: charged at home while it is there, with what the next journey takes in it when it leaves.</summary>
public sealed record CarStore : StoreModel
{
    private const int SecondsReady = 2 * 3_600;

    private readonly ImmutableArray<Journey> _journeys;
    private readonly double _capacity;
    private readonly double _reserve;
    private readonly double _charge;
    private readonly double _discharge;

    /// <param name="name">Unique in its home.</param>
    /// <param name="capacity">Usable capacity, Wh, positive.</param>
    /// <param name="chargeWatts">Power of the charging point, W.</param>
    /// <param name="journeys">In order, none begins before the one before is over.</param>
    /// <param name="reserve">What is in it at least when it comes back, Wh.</param>
    /// <param name="initialFill">Wh.</param>
    /// <param name="dischargeWatts">Power back into the home, W; 0 where the car cannot.</param>
    /// <param name="grid">Length of a period.</param>
    /// <exception cref="ArgumentException">Journeys that overlap or end before they begin, or a level out of range.</exception>
    public CarStore(
        string name, Energy capacity, long chargeWatts, ImmutableArray<Journey> journeys, Energy reserve, Energy initialFill,
        long dischargeWatts = 0, PeriodGrid? grid = null)
        : base(name, grid)
    {
        _capacity = Positive(capacity.WattHours, nameof(capacity));
        _reserve = NotNegative(reserve.WattHours, nameof(reserve));
        _charge = PerPeriod((long)Positive(chargeWatts, nameof(chargeWatts)));
        _discharge = PerPeriod((long)NotNegative(dischargeWatts, nameof(dischargeWatts)));
        InitialFill = initialFill >= Energy.Zero && initialFill <= capacity
            ? initialFill.WattHours
            : throw new ArgumentOutOfRangeException(nameof(initialFill), initialFill, $"The fill lies outside 0 to {capacity}.");
        for (var i = 0; i < journeys.Length; i++)
        {
            if (journeys[i].Back <= journeys[i].Leaves || journeys[i].Energy < Energy.Zero || (i > 0 && journeys[i].Leaves < journeys[i - 1].Back))
            {
                throw new ArgumentException($"{name}: the journey from {journeys[i].Leaves} ends before it begins, takes less than nothing, or overlaps the one before.", nameof(journeys));
            }
        }

        _journeys = journeys;
    }

    /// <summary>One-phase home charging loses about a tenth (E. Apostolaki-Iosifidou et al., Energy 127, 2017, measured 12 to 36 % both ways).</summary>
    public double Charging { get; init => field = Share(value, nameof(Charging)); } = 0.9;

    public double Discharging { get; init => field = Share(value, nameof(Discharging)); } = 0.9;

    public override double InitialFill { get; }

    /// <summary>In order.</summary>
    public ImmutableArray<Journey> Journeys => _journeys;

    /// <summary>Whether the car is at home in the period.</summary>
    public bool IsHome(Period period) => Next(period) is not { } next || period < next.Leaves;

    public override bool CanDeliver => _discharge > 0;

    public override StoreStage At(Period period) => Stage(period, 1);

    /// <summary>The reserve, and what the journeys of the two days after it take.</summary>
    public override double EnoughAfter(Period period)
    {
        var (sum, until) = (_reserve, period.Index + 2 * 86_400 / Grid.LengthSeconds);
        foreach (var journey in _journeys)
        {
            sum += journey.Back > period && journey.Leaves.Index < until ? journey.Energy.WattHours : 0;
        }

        return sum;
    }

    /// <summary>Ready two hours before it leaves: what else the home draws until then is not known.</summary>
    public override StoreStage[] Expected(Period now, int length) =>
        [.. Enumerable.Range(0, length).Select(t => Stage(new Period(now.Index + t), Math.Max(1, SecondsReady / Grid.LengthSeconds)))];

    private protected override StoreModel OnOther(PeriodGrid grid) => new CarStore(
        Name, new Energy((long)_capacity), Watts(_charge), Journey.On(_journeys, Grid, grid), new Energy((long)_reserve), new Energy((long)InitialFill), Watts(_discharge), grid)
    {
        Charging = Charging,
        Discharging = Discharging,
    };

    private StoreStage Stage(Period period, int ready)
    {
        var next = Next(period);
        var away = next is { } journey && period >= journey.Leaves;
        var wanted = next is { } leaving && period < leaving.Leaves && period.Index + ready >= leaving.Leaves.Index ? Math.Min(_capacity, leaving.Energy.WattHours + _reserve) : 0;
        var driven = next is { } back && period.Next == back.Back ? Math.Min(back.Energy.WattHours, _capacity) : 0;
        return new StoreStage(0, _capacity, wanted, 1, driven, away ? 0 : _charge, away ? 0 : _discharge, Charging, Discharging, 0);
    }

    // The journey that is under way, or else the next one.
    private Journey? Next(Period period)
    {
        var (low, high) = (0, _journeys.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _journeys[middle].Back > period ? (low, middle) : (middle + 1, high);
        }

        return low < _journeys.Length ? _journeys[low] : null;
    }
}
