using System.Collections.Immutable;
using VirtualEnergy.P2P.Devnet.PowerPlant;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Node.Households;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Devnet;

/// <summary>A home of the demo: the household, all that its agent plans, and the key that its node signs with.</summary>
internal sealed record Home(Household Household, PlannedHome Plan, EthereumKey Key);

/// <summary>The demo's nodes, all in this process; each has its own link to the broker and runs the code of <c>ve node run</c>.</summary>
internal sealed class HomesInProcess : IAsyncDisposable
{
    private readonly ImmutableArray<ProsumerNode> _nodes;

    private HomesInProcess(ImmutableArray<ProsumerNode> nodes) => _nodes = nodes;

    /// <param name="plant">The power plant that the homes consent to be part of; null without one.</param>
    public static async Task<HomesInProcess> StartAsync(
        IEnumerable<Home> homes, string community, BrokerAddress broker, SupplierTariff tariff, Preferences preferences, DemoReport report, TimeProvider time,
        PowerPlantDemo? plant, CancellationToken cancellation)
    {
        var nodes = new HomesInProcess([.. homes.Select(home =>
            new ProsumerNode(broker, community, home.Key, home.Plan, tariff, time, new HomeLogger(home.Household.Name, report))
            {
                Preferences = preferences,
                TellsPlan = true,
                TellsSuggestions = true,
                Flexibility = plant?.ConsentOf(home, new HomeLogger(home.Household.Name, report)),
            })]);
        if (plant is not null)
        {
            plant.AreHomesAnswered = () => nodes._nodes.All(node => node.IsAnswered);
        }

        try
        {
            await Task.WhenAll(nodes._nodes.Select(node => node.StartAsync(cancellation)));
            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
}
