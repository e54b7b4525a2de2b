using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Messaging;

public sealed class BackOffTests
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    [Fact]
    public void Waits_double_up_to_the_longest_and_jitter_takes_at_most_half()
    {
        var backOff = new BackOff(First, Longest, seed: 1);

        // 0.2 s doubled seven times is 25.6 s; the ninth wait would be 51.2 s and is held at 30 s.
        foreach (var full in new[] { 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30 })
        {
            Assert.InRange(backOff.Next().TotalSeconds, full / 2, full);
        }
    }

    [Fact]
    public void A_connection_starts_the_waits_anew()
    {
        var backOff = new BackOff(First, Longest, seed: 1);
        for (var i = 0; i < 1_000; i++)
        {
            backOff.Next();
        }

        backOff.Reset();

        Assert.InRange(backOff.Next().TotalSeconds, 0.1, 0.2);
    }

    [Fact]
    public void Different_seeds_spread_the_nodes_and_the_same_seed_repeats()
    {
        var waits = Enumerable.Range(0, 100).Select(seed => new BackOff(First, Longest, seed).Next()).ToList();

        Assert.True(waits.Distinct().Count() > 90);
        Assert.Equal(waits[42], new BackOff(First, Longest, 42).Next());
    }
}
