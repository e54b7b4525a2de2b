using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>
/// The load of a generated household, built from what people switch on: standby and fridge always, light when it is dark and
/// someone is awake, cooking, screens, a hot-water boiler in some homes. Washing and dishes are shiftable and not in it.
/// </summary>
public sealed class HouseholdLoad
{
    private const int QuartersADay = 96;

    private readonly ulong _seed;
    private readonly ulong _home;
    private readonly int _standby;
    private readonly int _people;
    private readonly int _riseQuarter;
    private readonly bool _homeByDay;
    private readonly bool _hasBoiler;
    private readonly int _fridgePhase;

    public HouseholdLoad(ulong seed, int home)
    {
        (_seed, _home) = (seed, (ulong)home);
        var random = SplitMix64.For(seed, 3, _home);
        _standby = random.Between(50, 130);
        _people = random.Between(1, 5);
        _riseQuarter = random.Between(24, 32);
        _homeByDay = random.Chance(45);
        _hasBoiler = random.Chance(40);
        _fridgePhase = random.Between(0, 2);
    }

    /// <summary>One day in quarters of an hour from local midnight, average W each.</summary>
    /// <param name="day">The local day.</param>
    public ImmutableArray<long> Day(DateOnly day)
    {
        var random = SplitMix64.For(_seed, 4, _home, (ulong)day.DayNumber);
        var watts = new long[QuartersADay];
        var bedtime = random.Between(88, 95);
        var midnight = ItalianTime.Midnight(day);
        for (var quarter = 0; quarter < QuartersADay; quarter++)
        {
            // A fridge cools for a quarter of an hour in three.
            watts[quarter] = _standby + random.Between(-10, 10) + (quarter % 3 == _fridgePhase ? 90 : 0);
            var awake = quarter >= _riseQuarter && quarter < bedtime;
            var atHome = awake && (_homeByDay || quarter < _riseQuarter + 6 || quarter >= 70);
            var dark = SunPosition.At(midnight.AddMinutes(15 * quarter)).Elevation < 0.05;
            watts[quarter] += (atHome && dark ? random.Between(30, 60) * _people : 0) + (atHome ? random.Between(20, 90) : 0);
        }

        Use(watts, random.Between(_riseQuarter, _riseQuarter + 3), 1, random.Between(300, 700));
        if (_homeByDay || day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday)
        {
            Use(watts, random.Between(48, 53), random.Between(2, 4), random.Between(500, 1_100));
        }

        Use(watts, random.Between(76, 82), random.Between(2, 5), random.Between(700, 1_500));
        Use(watts, random.Between(80, 84), bedtime - 84, random.Between(80, 220));
        if (_hasBoiler)
        {
            Use(watts, random.Between(_riseQuarter - 3, _riseQuarter), 2 + _people / 2, 1_200);
            Use(watts, random.Between(72, 76), 1 + _people / 2, 1_200);
        }

        return [.. watts];
    }

    private static void Use(long[] watts, int from, int quarters, long power)
    {
        for (var quarter = from; quarter < from + quarters && quarter < watts.Length; quarter++)
        {
            watts[quarter] += power;
        }
    }
}
