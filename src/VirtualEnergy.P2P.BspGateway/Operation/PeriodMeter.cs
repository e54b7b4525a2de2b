using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>What one home did and was told over a period so far. Watt-milliseconds, so nothing is lost on the way.</summary>
/// <param name="Measured">What was measured, + consumption.</param>
/// <param name="Milliseconds">For how long it was measured.</param>
/// <param name="ToldUp">What it was told upwards, an amount.</param>
/// <param name="ToldDown">What it was told downwards, an amount.</param>
internal readonly record struct HomeSum(long Measured, long Milliseconds, long ToldUp, long ToldDown);

/// <summary>One home's period.</summary>
/// <param name="Reading">Null where it was not measured at all.</param>
/// <param name="ToldUp">What it was told to deliver upwards.</param>
internal readonly record struct HomePeriod(MeterReading? Reading, Energy ToldUp, Energy ToldDown)
{
    public Energy Told(RegulationDirection direction) => direction == RegulationDirection.Up ? ToldUp : ToldDown;
}

/// <summary>Adds up powers to energies, home by home, until a period is over.</summary>
internal sealed class PeriodMeter(int homes)
{
    private const long WattMillisecondsPerWattHour = 3_600_000;

    private HomeSum[] _sums = new HomeSum[homes];

    /// <summary>For how long was measured, of whichever home.</summary>
    public long Milliseconds { get; private set; }

    public ImmutableArray<HomeSum> Sums => [.. _sums];

    /// <summary>So long each home had these powers and was told these regulations.</summary>
    /// <param name="milliseconds">Since the last call; 0 or more.</param>
    /// <param name="asked">W against the program, upward negative.</param>
    /// <param name="isFresh">Whether a state's measurement counts.</param>
    public void Add(long milliseconds, ReadOnlySpan<HomeState> states, ReadOnlySpan<long> asked, Func<HomeState, bool> isFresh)
    {
        Milliseconds += milliseconds;
        for (var home = 0; home < states.Length; home++)
        {
            var (sum, told) = (_sums[home], asked[home] * milliseconds);
            var seen = isFresh(states[home]);
            _sums[home] = new HomeSum(
                sum.Measured + (seen ? milliseconds * states[home].PowerWatts : 0), sum.Milliseconds + (seen ? milliseconds : 0),
                sum.ToldUp + Math.Max(0, -told), sum.ToldDown + Math.Max(0, told));
        }
    }

    /// <summary>Goes on from sums that were kept.</summary>
    public void Restore(long milliseconds, IEnumerable<HomeSum> sums) => (Milliseconds, _sums) = (milliseconds, [.. sums]);

    /// <summary>Ends the period: measured energies to the nearest Wh, and what was rounded away goes into the next one.</summary>
    public ImmutableArray<HomePeriod> Close()
    {
        var periods = ImmutableArray.CreateBuilder<HomePeriod>(_sums.Length);
        for (var home = 0; home < _sums.Length; home++)
        {
            var sum = _sums[home];
            var (energy, left) = Nearest(sum.Measured);
            periods.Add(new HomePeriod(
                sum.Milliseconds > 0 ? new MeterReading(energy, sum.Milliseconds) : null,
                new Energy(sum.ToldUp / WattMillisecondsPerWattHour), new Energy(sum.ToldDown / WattMillisecondsPerWattHour)));
            _sums[home] = new HomeSum(sum.Milliseconds > 0 ? left : sum.Measured, 0, 0, 0);
        }

        Milliseconds = 0;
        return periods.MoveToImmutable();
    }

    private static (Energy Energy, long Left) Nearest(long wattMilliseconds)
    {
        var half = wattMilliseconds < 0 ? -WattMillisecondsPerWattHour / 2 : WattMillisecondsPerWattHour / 2;
        var wattHours = (wattMilliseconds + half) / WattMillisecondsPerWattHour;
        return (new Energy(wattHours), wattMilliseconds - wattHours * WattMillisecondsPerWattHour);
    }
}
