using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Devnet.Tso;

/// <summary>
/// A simulated home as its meter shows it: a program that moves with the hour, noise about it, and devices that follow a set-point with
/// a lag of their own. All of it follows from the seed.
/// </summary>
/// <remarks>Powers in W, + consumption. Made up: the sizes are those of a home with a small battery or a heat pump, not measured ones.</remarks>
internal sealed class SimulatedHome
{
    private readonly Random _noise;
    private readonly int _base;
    private readonly int _evening;
    private readonly double _lagSeconds;
    private double _response;

    public SimulatedHome(int seed)
    {
        var random = new Random(seed);
        _base = random.Next(250, 700);
        _evening = random.Next(300, 1_400);
        UpWatts = random.Next(4, 31) * 100;
        DownWatts = random.Next(4, 31) * 100;
        // A battery follows in seconds, a compressor in a minute.
        _lagSeconds = random.Next(3) == 0 ? random.Next(20, 60) : random.Next(2, 10);
        UpCost = random.Next(80, 320) * 1_000;
        DownCost = random.Next(-60, 160) * 1_000;
        _noise = new Random(random.Next());
    }

    /// <summary>What it can give upwards against its program.</summary>
    public int UpWatts { get; }

    public int DownWatts { get; }

    /// <summary>µEUR for a kWh of upward regulation.</summary>
    public long UpCost { get; }

    public long DownCost { get; }

    /// <summary>The regulation that it was told to give, against its program, + consumption.</summary>
    public long Asked { get; set; }

    /// <summary>It has left its connection, and lives on by its program.</summary>
    public bool HasVanished { get; set; }

    /// <summary>Its power without a set-point, the same over a period.</summary>
    public long Baseline(DateTimeOffset at)
    {
        // A hump that is highest at 20:30 in local time of +01:00, of a width of about three hours; in whole watts.
        var hours = (PeriodGrid.QuarterHour.StartOf(PeriodGrid.QuarterHour.At(at)).TimeOfDay.TotalHours + 1) % 24;
        return _base + (long)(_evening * Math.Exp(-Math.Pow((hours - 20.5) / 2.2, 2)));
    }

    /// <summary>Time goes on, and the devices follow.</summary>
    /// <returns>The power now.</returns>
    public long Step(DateTimeOffset at, double seconds)
    {
        var aim = HasVanished ? 0 : Math.Clamp(Asked, -UpWatts, DownWatts);
        _response += (aim - _response) * (1 - Math.Exp(-seconds / _lagSeconds));
        var program = Baseline(at);
        return program + (long)Math.Round(_response + program * 0.04 * (_noise.NextDouble() - 0.5));
    }
}
