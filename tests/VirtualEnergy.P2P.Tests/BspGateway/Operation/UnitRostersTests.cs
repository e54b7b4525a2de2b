using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Community;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;
using static VirtualEnergy.P2P.Tests.BspGateway.Operation.TestEvening;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

/// <summary>Homes 1 and 2 are members of a community, home 3 is behind a telecontrol unit.</summary>
public sealed class UnitRostersTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-rosters-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_home_of_a_community_counts_where_something_of_it_is_sold_and_one_behind_telecontrol_always()
    {
        using var books = Books();
        new UnitRosters(Options(), books).Run([Sold(1, First), Sold(2, First.Next), Sold(2, First, 0)], Planned.AddHours(2));
        Assert.Equal(
            [(First, new[] { 1, 3 }), (First.Next, [2, 3])],
            books.Rosters(Unit, Day).Select(roster => (roster.Period, Enumerable.Range(1, 3).Where(home => roster.Has(TestUnits.Pod(home))).ToArray())));
    }

    [Fact]
    public void The_same_again_is_not_written_down_and_a_restart_knows_who_counts()
    {
        string before;
        long length;
        using (var books = Books())
        {
            var rosters = new UnitRosters(Options(), books);
            rosters.Run([Sold(1, First)], Planned.AddHours(2));
            length = Log.Length;
            rosters.Run([Sold(1, First)], Planned.AddHours(3));
            Assert.Equal(length, Log.Length);

            // A home that was sold only when the period had begun changes nothing, and is not tried.
            rosters.Run([Sold(1, First), Sold(2, First)], Evening);
            before = Assert.Single(books.Rosters(Unit, Day)).ToString();
            books.Compact(Evening);
        }

        using var again = new GatewayBooks(Options());
        Assert.Equal(before, Assert.Single(again.Rosters(Unit, Day)).ToString());
    }

    private FileInfo Log => new(Path.Combine(_folder.FullName, "books.jsonl"));

    private GatewayBooks Books()
    {
        var books = new GatewayBooks(Options());
        for (var home = 1; home <= 3; home++)
        {
            Assert.Null(books.Propose(TestUnits.Pod(home), Day, [.. Enumerable.Repeat(new Energy(100), 96)], Planned));
        }

        Assert.Null(books.Freeze(Unit, Day, Planned));
        return books;
    }

    private GatewayOptions Options()
    {
        var options = TestUnits.Options(_folder.FullName);
        var homes = TestUnits.WithHomes(3, _ => default)[0].Customers[0].Homes;
        var community = new CommunityOptions { Name = "village", Broker = BrokerAddress.Parse("mqtt://127.0.0.1:1883"), Domain = new MarketDomain(1, default), Key = EthereumKey.FromBytes([.. new byte[31], 1]), HoldingPeriods = 8, Spans = 4 };
        return options with
        {
            Units =
            [
                options.Units[0] with
                {
                    Customers =
                    [
                        new CustomerOptions { Id = "village", Community = community, Homes = homes[..2] },
                        new CustomerOptions { Id = "works", Host = "127.0.0.1", Homes = homes[2..] },
                    ],
                },
            ],
        };
    }

    private static ReservedEnergy Sold(int home, Period period, long wattHours = 500) => new(new HeadroomKey(new MemberId($"m{home}"), period, RegulationDirection.Up), new Energy(wattHours));
}
