using CsCheck;
using VirtualEnergy.P2P.Market.Curves.Roles;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves.Roles;

public sealed class UpdateLimitTests
{
    [Fact]
    public void First_goes_at_once_and_what_follows_within_the_interval_goes_as_one_when_it_is_over()
    {
        var limit = new UpdateLimit(1000);
        limit.Ask();
        Assert.True(limit.TryTake(5));
        limit.Ask();
        limit.Ask();
        Assert.Equal((false, 1005L), (limit.TryTake(1004), limit.DueAt));
        Assert.True(limit.TryTake(1005));
        Assert.Equal((false, null), (limit.TryTake(9999), limit.DueAt));
    }

    [Fact]
    public void No_two_updates_are_closer_than_the_interval_and_the_last_request_is_always_served() =>
        Gen.Select(Gen.Long[0, 50], Gen.Select(Gen.Long[0, 20], Gen.Bool).Array[1, 60]).Sample((interval, steps) =>
        {
            var limit = new UpdateLimit(interval);
            long now = 0, lastTaken = long.MinValue / 2, lastAsked = long.MinValue / 2;
            foreach (var (passed, asks) in steps)
            {
                now += passed;
                if (asks)
                {
                    limit.Ask();
                    lastAsked = now;
                }

                if (limit.TryTake(now))
                {
                    Assert.True(now - lastTaken >= interval);
                    lastTaken = now;
                }
            }

            // Whoever comes back when it is due finds it.
            if (limit.DueAt is { } due)
            {
                Assert.True(limit.TryTake(Math.Max(now, due)));
                lastTaken = Math.Max(now, due);
            }

            Assert.True(lastTaken >= lastAsked);
        }, iter: 10_000);
}
