using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Dispatch;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Tests.Proof.Bsp;

/// <summary>What simulated homes do to whoever dispatches them. Parts are in per cent of the homes.</summary>
internal sealed record SimulatedTrouble
{
    /// <summary>Go back to their baseline and are heard no more, each at a random instant of the span.</summary>
    public int Vanishing { get; init; }

    /// <summary>From when to when homes vanish, seconds from the beginning.</summary>
    public (int From, int To) VanishBetween { get; init; }

    /// <summary>Disappear for 40 s and are back for 50 s, again and again.</summary>
    public int Flapping { get; init; }

    /// <summary>Hear every set-point and do nothing.</summary>
    public int Disobedient { get; init; } = 3;

    /// <summary>Do 60 to 80 % of what they are told.</summary>
    public int Weak { get; init; } = 5;

    /// <summary>Do what they are told, and send one measurement again and again.</summary>
    public int Stale { get; init; }
}

/// <summary>
/// Homes that do not exist: each follows its set-point with a lag of its own (time constant 5 to 40 s, one cycle until it hears), uses power around its baseline with noise
/// (standard deviation about 80 W, correlated over 20 s), loses 2 % of its measurements, and takes back a sixth of what it
/// gave once it is let go (time constant 20 min).
/// </summary>
internal sealed class SimulatedHomes
{
    public const int CycleSeconds = 4;
    private const int ReboundSeconds = 1200;
    private readonly SimulatedHome[] _homes;

    public SimulatedHomes(ulong seed, int count, SimulatedTrouble trouble) =>
        _homes = [.. Enumerable.Range(0, count).Select(i => new SimulatedHome(SplitMix64.For(seed, 0x7369_6d75, (ulong)i), $"home-{i:D6}", trouble))];

    public IEnumerable<ControlledHome> Described => _homes.Select(home => home.Description);

    /// <summary>W by which the homes really differ from their baselines; + consumption. Nobody but the test knows it.</summary>
    public double TrueShift => _homes.Sum(home => home.Power - home.Description.Baseline);

    /// <summary>What each home follows, whoever told it last.</summary>
    public IEnumerable<long> Told => _homes.Select(home => home.Told);

    /// <summary>Four seconds go by; the set-points that were given before count.</summary>
    public List<HomeMeasurement> Advance(int second, DateTimeOffset now)
    {
        var measurements = new List<HomeMeasurement>(_homes.Length);
        foreach (var home in _homes)
        {
            if (home.Advance(second, now) is { } measurement)
            {
                measurements.Add(measurement);
            }
        }

        return measurements;
    }

    public void Tell(IEnumerable<SetPoint> setPoints)
    {
        var byName = setPoints.ToDictionary(setPoint => setPoint.Home, setPoint => setPoint.Shift);
        foreach (var home in _homes)
        {
            home.Told = byName.TryGetValue(home.Description.Home, out var shift) ? shift : home.Told;
        }
    }

    private sealed class SimulatedHome
    {
        private readonly SplitMix64 _random;
        private readonly double _lag;
        private readonly double _gain;
        private readonly int _vanishesAt;
        private readonly int _flapsFrom;
        private readonly bool _isStale;
        private double _shift;
        private double _noise;
        private double _given;
        private HomeMeasurement? _first;

        public SimulatedHome(SplitMix64 random, string name, SimulatedTrouble trouble)
        {
            _random = random;
            Description = new ControlledHome(
                new MemberId(name), random.Between(-1_500, 1_500), Steps(), Steps(), random.Chance(20) ? random.Between(10, 100) : 0, 10_000);
            _lag = random.Between(5, 40);
            var kind = random.Between(0, 99);
            _gain = kind < trouble.Disobedient ? 0 : kind < trouble.Disobedient + trouble.Weak ? random.Between(60, 80) / 100.0 : random.Between(95, 105) / 100.0;
            _vanishesAt = random.Chance(trouble.Vanishing) ? random.Between(trouble.VanishBetween.From, trouble.VanishBetween.To) : int.MaxValue;
            _flapsFrom = random.Chance(trouble.Flapping) ? random.Between(0, 89) : int.MaxValue;
            _isStale = random.Chance(trouble.Stale);
        }

        public ControlledHome Description { get; }

        public double Power { get; private set; }

        public long Told { get; set; }

        public HomeMeasurement? Advance(int second, DateTimeOffset now)
        {
            var isGone = second >= _vanishesAt || (second >= _flapsFrom && (second - _flapsFrom) % 90 < 40);
            var follows = isGone ? 0 : Told * _gain;
            _shift += (follows - _shift) * (1 - Math.Exp(-CycleSeconds / _lag));
            _noise = 0.8 * _noise + 0.6 * 80 * (_random.Fraction() + _random.Fraction() + _random.Fraction() - 1.5) * 2;
            // A sixth of what was given comes back, once nothing is wanted any more.
            var rebound = Told == 0 ? -_given / 6 / ReboundSeconds : 0;
            _given += _shift * CycleSeconds;
            _given -= Told == 0 ? _given * CycleSeconds / ReboundSeconds : 0;
            Power = Description.Baseline + _shift + _noise + rebound;
            if (isGone || _random.Chance(2))
            {
                return null;
            }

            var measurement = new HomeMeasurement(Description.Home, (long)Math.Round(Power), now);
            _first ??= measurement;
            return _isStale ? _first : measurement;
        }

        private ImmutableArray<PowerStep> Steps()
        {
            var price = _random.Between(50_000, 300_000);
            var steps = ImmutableArray.CreateBuilder<PowerStep>();
            for (var step = _random.Between(1, 3); step > 0; step--)
            {
                steps.Add(new(_random.Between(300, 1_000), new Price(price)));
                price += _random.Between(0, 80_000);
            }

            return steps.ToImmutable();
        }
    }
}
