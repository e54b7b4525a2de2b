using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Dispatch;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Tests.Proof.Bsp;

/// <summary>Homes with random convex costs, by seed.</summary>
internal static class RandomDispatch
{
    /// <summary>Homes with 1 to <paramref name="maxSteps"/> steps of 100 to 1,500 W from about 5 to 60 ct/kWh; prices are few, so that many are equal, where <paramref name="ties"/> says so.</summary>
    public static DispatchHome[] Homes(ulong seed, int count, int maxSteps = 4, bool ties = false, bool bounds = false)
    {
        var random = SplitMix64.For(seed, 0x6469_7370);
        var homes = new DispatchHome[count];
        for (var i = 0; i < count; i++)
        {
            var price = 50_000L + random.Between(0, ties ? 3 : 300_000) * (ties ? 50_000 : 1);
            var steps = ImmutableArray.CreateBuilder<PowerStep>();
            for (var step = random.Between(1, maxSteps); step > 0; step--)
            {
                steps.Add(new(random.Between(100, 1_500), new Price(price)));
                price += random.Between(0, ties ? 1 : 80_000) * (ties ? 50_000 : 1);
            }

            var sum = steps.Sum(step => step.Watts);
            var least = bounds && random.Chance(20) ? random.Between(0, (int)sum) : 0;
            homes[i] = new DispatchHome(new MemberId($"home-{i:D6}"), least, bounds ? random.Between(least, (int)sum) : sum, steps.ToImmutable());
        }

        return homes;
    }
}
