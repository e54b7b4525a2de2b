using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Node.Households;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Forecasting;

public sealed class ErrorBandsTests
{
    private static readonly BandRules Rules = new([-1, -0.5, 0.5, 1], NearPart: 1, HourPart: 0, FirstStep: 0.2, Unit: 0.3);

    // Three shapes of error: even, skewed like a load's, and heavy-tailed as 1/u.
    [Theory]
    [InlineData("even")]
    [InlineData("skewed")]
    [InlineData("heavy")]
    public void Coverage_comes_out_right_whatever_the_errors_are(string shape)
    {
        var random = new SplitMix64(7);
        double Error() => shape switch
        {
            "even" => 2 * random.Fraction() - 1,
            "skewed" => -Math.Log(1 - random.Fraction()) - 1,
            _ => (random.Chance(50) ? 0.1 : -0.1) / (1 - random.Fraction()),
        };

        var bands = new ErrorBands([1, 2], 4, Rules);
        var (within68, within95, count) = (0, 0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var error = Error();
            if (i >= 2_000)
            {
                count++;
                within68 += error >= bands.At(0, 0, 0, 1) && error <= bands.At(0, 0, 0, 2) ? 1 : 0;
                within95 += error >= bands.At(0, 0, 0, 0) && error <= bands.At(0, 0, 0, 3) ? 1 : 0;
            }

            bands.Observe(0, 0, error);
        }

        // Of 18,000 draws the share within 68 % has a standard deviation of 0.35 points, within 95 % of 0.16.
        Assert.InRange((double)within68 / count, 0.67, 0.69);
        Assert.InRange((double)within95 / count, 0.945, 0.955);
    }

    [Fact]
    public void One_spike_moves_a_bound_by_no_more_than_a_step()
    {
        var bands = new ErrorBands([1, 2], 4, Rules);
        bands.Observe(0, 0, 1e300);

        // First step 0.2 over 1 + 0.01 × 1 period ahead; times (0.3 + 1) times 0.975 for the highest quantile: 0.025 × … upwards.
        Assert.InRange(bands.At(0, 0, 0, 3), 1, 1 + 0.2 * 1.3 * 0.975);
        Assert.InRange(bands.At(0, 0, 0, 0), -1, -1 + 0.2 * 1.3 * 0.025);
    }
}
