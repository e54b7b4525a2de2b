using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.DevnetTests.Drivers;

/// <summary>Runs as time does, from a second into a quarter of an hour: no test waits for one to end.</summary>
internal sealed class AtPeriodStart : TimeProvider
{
    private readonly TimeSpan _ahead = PeriodGrid.QuarterHour.StartOf(PeriodGrid.QuarterHour.At(System.GetUtcNow()).Next) + TimeSpan.FromSeconds(1) - System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _ahead;
}
