using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Orders;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Dispatch;

/// <summary>
/// Keeps one unit on its target: every four seconds, measurements in, set-points out. Same inputs, same set-points; no clock, no chance.
/// </summary>
/// <remarks>
/// <para>Each step divides target + correction over the homes that are heard and do what they are told (<see cref="Disaggregation"/>). The correction is the
/// integral of what homes should deliver by now and do not, by a model of their lag: so a lag by itself corrects nothing, and what an
/// unreachable target leaves open does not wind it up. It is bounded.</para>
/// <para>A home that is silent, or stays behind half of what it should deliver, is left out for a while, longer each time; others take its part in the same step. When
/// the unit is let go, homes go one after another, the dearest first, as the target falls, and none is asked for more: so they do not come back together.</para>
/// </remarks>
/// <param name="settings">Without an <see cref="ControlSettings.Objection"/>.</param>
public sealed class UnitControl(ControlSettings settings)
{
    private readonly Dictionary<MemberId, HomeTrack> _byName = [];
    private HomeTrack[] _homes = [];
    private RegulationDirection? _direction;
    private DateTimeOffset? _before;
    private long _correction;
    private long _divided = -1;
    private bool _isReleasing;
    private bool _usesReserve;

    /// <summary>Sum of the homes' baselines, W.</summary>
    public long Baseline => _byName.Values.Sum(track => track.Home.Baseline);

    /// <summary>What every home was told last, by name.</summary>
    public IEnumerable<SetPoint> Standing => InOrder().Select(track => new SetPoint(track.Home.Home, Signed(track.Asked)));

    /// <summary>A home takes part, or says anew what it can do; counts from the next step.</summary>
    /// <exception cref="ArgumentException">It has an <see cref="ControlledHome.Objection"/>.</exception>
    public void Update(ControlledHome home)
    {
        if (home.Objection is { } objection)
        {
            throw new ArgumentException(objection, nameof(home));
        }

        _divided = -1;
        if (_byName.TryGetValue(home.Home, out var track))
        {
            track.Home = home;
        }
        else
        {
            _byName.Add(home.Home, new HomeTrack(home));
        }
    }

    /// <param name="now">Not before the last step.</param>
    /// <param name="target">What the unit owes now.</param>
    /// <param name="measurements">What came since the last step, in any order.</param>
    public ControlStep Step(DateTimeOffset now, UnitTarget target, IEnumerable<HomeMeasurement> measurements)
    {
        _homes = InOrder();
        var ignored = measurements.Count(measurement => !_byName.TryGetValue(measurement.Home, out var track) || !track.TryTake(measurement, now));
        var seconds = (int)Math.Clamp((now - (_before ?? now)).TotalSeconds, 0, 60);
        _before = now;
        long expected = 0, measured = 0;
        foreach (var track in _homes)
        {
            track.Observe(now, seconds, _direction ?? RegulationDirection.Up, settings);
            (expected, measured) = (expected + track.Expected, measured + track.Shift);
        }

        Turn(target);
        var wanted = Math.Abs(target.Shift);
        Correct(wanted, Signed(expected - measured), seconds);
        var plan = target.Shift == 0 || target.IsReleasing ? LetGo(wanted, now) : Divide(wanted, now, seconds);
        return new ControlStep(
            Changed(), target.Shift, measured, Signed(_homes.Sum(track => track.Asked)),
            plan.Missing, plan.UsesReserve, _homes.Count(track => !track.IsHeard), _homes.Count(track => track.IsHeard && track.IsLeftOut(now)), ignored);
    }

    // By name, so that nothing depends on who came first.
    private HomeTrack[] InOrder() =>
        _homes.Length == _byName.Count ? _homes : [.. _byName.Values.OrderBy(track => track.Home.Home)];

    // An order begins, or another direction is wanted, or all is over.
    private void Turn(UnitTarget target)
    {
        RegulationDirection? direction = target.Shift == 0 ? null : target.Shift < 0 ? RegulationDirection.Up : RegulationDirection.Down;
        if (direction != _direction)
        {
            foreach (var track in _homes)
            {
                track.BeginAnew();
            }

            (_direction, _correction, _divided) = (direction, 0, -1);
        }

        _divided = target.IsReleasing == _isReleasing ? _divided : -1;
        _isReleasing = target.IsReleasing;
    }

    // In mW, towards what the homes are behind (or ahead); within its part of the target.
    private void Correct(long wanted, long behind, int seconds)
    {
        var bound = wanted * settings.CorrectionPermille;
        _correction += (behind * 1000 - _correction) * seconds / (settings.CorrectionSeconds + seconds);
        _correction = Math.Clamp(_correction, -bound, bound);
    }

    private (long Missing, bool UsesReserve) Divide(long wanted, DateTimeOffset now, int seconds)
    {
        var divided = Math.Max(0, wanted + _correction / 1000);
        var homes = Array.ConvertAll(_homes, track => Able(track, now, seconds));
        var mustChange = divided > _homes.Sum(track => track.Asked) + wanted * settings.HoldPermille / 1000
            || _homes.Where((track, i) => track.Asked > homes[i].Most || track.Asked < homes[i].Least).Any();
        if (_divided >= 0 && !mustChange && Math.Abs(divided - _divided) * 1000 <= wanted * settings.HoldPermille)
        {
            return (0, _usesReserve);
        }

        var plan = Disaggregation.Distribute(divided, homes, settings.ReservePermille);
        for (var i = 0; i < _homes.Length; i++)
        {
            _homes[i].Asked = plan.Watts[i];
        }

        (_divided, _usesReserve) = (divided, plan.UsesReserve);
        // What only the correction asks for is not owed.
        return (Math.Max(0, plan.Missing - Math.Max(0, divided - wanted)), plan.UsesReserve);
    }

    private DispatchHome Able(HomeTrack track, DateTimeOffset now, int seconds)
    {
        var steps = _direction == RegulationDirection.Up ? track.Home.Up : track.Home.Down;
        if (steps.IsDefaultOrEmpty || !track.IsHeard || track.IsLeftOut(now))
        {
            return new DispatchHome(track.Home.Home, 0, 0, []);
        }

        var most = steps.Sum(step => step.Watts);
        if (track.Home.RampWattsPerSecond == 0)
        {
            return new DispatchHome(track.Home.Home, 0, most, steps);
        }

        var reach = track.Home.RampWattsPerSecond * Math.Max(1, seconds);
        return new DispatchHome(track.Home.Home, Math.Clamp(track.Asked - reach, 0, most), Math.Clamp(track.Asked + reach, 0, most), steps);
    }

    // Whole homes, as long as what stays is no less than what is owed; at 0 W all of them.
    private (long Missing, bool UsesReserve) LetGo(long wanted, DateTimeOffset now)
    {
        foreach (var track in _homes.Where(track => track.Asked > 0 && (!track.IsHeard || track.IsLeftOut(now))))
        {
            track.Asked = 0;
        }

        var asked = _homes.Sum(track => track.Asked);
        foreach (var track in _homes.Where(track => track.Asked > 0).OrderByDescending(DearestPrice).ToList())
        {
            if (asked - track.Asked < wanted)
            {
                break;
            }

            asked -= track.Asked;
            track.Asked = 0;
        }

        return (0, false);
    }

    private long DearestPrice(HomeTrack track)
    {
        var (left, price) = (track.Asked, long.MinValue);
        foreach (var step in _direction == RegulationDirection.Down ? track.Home.Down : track.Home.Up)
        {
            if (left <= 0)
            {
                break;
            }

            (left, price) = (left - step.Watts, step.Price.MicroEurPerKWh);
        }

        return price;
    }

    private ImmutableArray<SetPoint> Changed()
    {
        var changed = ImmutableArray.CreateBuilder<SetPoint>();
        foreach (var track in _homes.Where(track => track.Told != Signed(track.Asked)))
        {
            track.Told = Signed(track.Asked);
            changed.Add(new SetPoint(track.Home.Home, track.Told.Value));
        }

        return changed.ToImmutable();
    }

    // Between a power in the direction and one with the sign of the project, either way.
    private long Signed(long watts) => _direction == RegulationDirection.Up ? -watts : watts;
}
