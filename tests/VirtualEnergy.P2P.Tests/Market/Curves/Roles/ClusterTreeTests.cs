using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves.Roles;

/// <summary>What holds in a cluster of any shape: which concentrator somebody bids to must not matter.</summary>
public sealed class ClusterTreeTests
{
    private static readonly Period Now = new(12);
    private static readonly MarketBasis Basis = MarketBasis.Create(8, -20, 50);

    // Concentrators in a tree: each has an earlier one above it, or the auctioneer.
    private static readonly Gen<int[]> Shapes = Gen.Int[0, 100].Array[0, 6].Select(picks => picks.Select((pick, index) => (pick % (index + 1)) - 1).ToArray());

    private static readonly Gen<(DemandCurve, int)[]> Homes = Gen.Select(CurveGens.On(Basis), Gen.Int[0, 100]).Array[1, 12];

    [Fact]
    public void Every_device_of_any_tree_follows_the_price_of_the_flat_sum() =>
        Gen.Select(Shapes, Homes, CurveGens.Targets).Sample((shape, homes, setPoint) =>
        {
            var tree = Build(shape, homes, objective: ObjectiveAgent.SetPoint(Basis, setPoint));
            tree.Run(1, Now);
            var price = Equilibrium.Of(Sum(homes), setPoint).PriceOn(Basis);
            Assert.Equal(homes.Length, tree.Followed.Count);
            Assert.All(tree.Followed.Values, followed => Assert.Equal(price, followed));
        }, iter: 600);

    [Fact]
    public void Allocations_add_up_to_the_watt_hour_at_every_level_and_at_the_top_to_the_boundary() =>
        Gen.Select(Shapes, Homes, Gen.OneOf(Gen.Const(300), Gen.Const(900), Gen.Const(1800), Gen.Const(3600))).Sample((shape, homes, seconds) =>
        {
            var tree = Build(shape, homes);
            tree.Run(1, Now);
            var close = tree.Close(2, Now, seconds);

            Assert.Equal(homes.Length, tree.Allocated.Count); // each within its own bid, or it had not taken it
            Assert.Equal(close.Boundary, Total(tree.Allocated.Values));
            Assert.All(tree.Concentrators.Where(node => tree.Received.ContainsKey(node.Id)), node =>
            {
                var index = int.Parse(node.Id.Value[1..], System.Globalization.CultureInfo.InvariantCulture);
                // A concentrator without agents has never bid.
                var below = tree.Devices.Where(device => device.Parent == index).Select(device => tree.Allocated[device.Id])
                    .Concat(tree.Concentrators.Where(child => child.Parent == index).Select(child => tree.Received.GetValueOrDefault(child.Id)));
                Assert.Equal(tree.Received[node.Id], Total(below));
            });

            // Where the flat sum crosses zero, what is bought is what is sold.
            if (Equilibrium.Of(Sum(homes), Demand.Zero).Kind == EquilibriumKind.Crossing)
            {
                Assert.Equal(Energy.Zero, close.Boundary);
            }
        }, iter: 1_000);

    [Fact]
    public void Allocations_add_up_also_where_concentrators_shave_peaks() =>
        Gen.Select(Shapes, Homes, Gen.Select(CurveGens.Targets, CurveGens.Targets, Gen.Bool).Array[6]).Sample((shape, homes, bounds) =>
        {
            var shaving = bounds.Select(bound => bound.Item3 ? new PeakShaving(Demand.Min(bound.Item1, bound.Item2), Demand.Max(bound.Item1, bound.Item2)) : null).ToArray();
            var tree = Build(shape, homes, shaving);
            tree.Run(1, Now);
            var close = tree.Close(2, Now, 900);
            Assert.Equal(homes.Length, tree.Allocated.Count);
            Assert.Equal(close.Boundary, Total(tree.Allocated.Values));
        }, iter: 1_000);

    private static ClusterTree Build(int[] shape, (DemandCurve Curve, int Pick)[] homes, PeakShaving?[]? shaving = null, ObjectiveAgent? objective = null)
    {
        var tree = new ClusterTree(Basis, shape, shaving, objective);
        foreach (var (curve, pick) in homes)
        {
            tree.Add((pick % (shape.Length + 1)) - 1, curve, 0);
        }

        return tree;
    }

    private static DemandCurve Sum((DemandCurve Curve, int Pick)[] homes) =>
        homes.Aggregate(DemandCurve.Flat(Basis, Demand.Zero), (sum, home) => sum.Plus(home.Curve));

    private static Energy Total(IEnumerable<Energy> energies) => energies.Aggregate(Energy.Zero, (sum, energy) => sum + energy);
}
