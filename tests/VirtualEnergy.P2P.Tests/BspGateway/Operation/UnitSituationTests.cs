using VirtualEnergy.P2P.BspGateway.Operation;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

public sealed class UnitSituationTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 2, 18, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(20);

    [Fact]
    public void Fresh_homes_count_as_measured_and_old_ones_by_their_program()
    {
        var sum = UnitSituation.Of(
            [
                new HomeState(Now, 300, 500, 200, 100, IsAvailable: true, -200),
                new HomeState(Now.AddSeconds(-21), 9_000, 700, 400, 400, IsAvailable: true, null),
                new HomeState(Now.AddSeconds(-20), 800, 800, 50, 60, IsAvailable: false, 0),
            ],
            Now, Stale);

        // Measured 300 + 700 (program) + 800; what is not measured, or takes no set-points, can give nothing.
        Assert.Equal(new UnitSituation(1_800, 2_000, 200, 100, Fresh: 2, Moving: 1), sum);
    }

    [Fact]
    public void A_home_that_was_never_heard_is_not_fresh() => Assert.False(UnitSituation.IsFresh(default, DateTimeOffset.MinValue, Stale));
}
