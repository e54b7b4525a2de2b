using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Mapping;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Tests.Proof.S2;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2;

/// <summary>Many devices at once, and some that misbehave; <c>devices</c> in the benchmarks project does the same with a thousand.</summary>
public sealed class S2CrowdTests : IAsyncLifetime
{
    private const int Devices = 60;

    private static readonly SupplierPrices Supplier = new(new Price(280_000), new Price(90_000));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s2-crowd-");
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly S2Crowd _crowd = new(Devices);
    private S2House _house = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new S2HouseOptions(_folder.FullName, new IPEndPoint(IPAddress.Loopback, 0))
        {
            Tokens = [.. _crowd.Tokens],
        };
        _house = await S2House.StartAsync(options, _random, TimeProvider.System, NullLogger.Instance, TestContext.Current.CancellationToken);
        _crowd.Connect(_house.Address, _house.Fingerprint, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _crowd.DisposeAsync();
        await _house.DisposeAsync();
        _random.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task One_that_floods_and_one_that_never_answers_are_shown_out_and_every_other_is_planned_and_told()
    {
        // A third are batteries: 16 are planned as stores and 4 bid; 20 generators and 20 jobs bid too. All of them have told what they are.
        await S2Home.UntilAsync(() => Plan() is { Batteries.Length: 16 } plan && plan.Bidders == Devices - 16, $"{Devices} devices are planned");
        await S2Home.UntilAsync(() => _crowd.ShownOut is { Floods: > 1, Partings: > 0 }, "flooding and silence are shown out");

        // Batteries charge, jobs start where energy costs least; generators, off, stay as they are.
        var (told, wereMissing) = ((long?)null, false);
        await S2Home.UntilAsync(
            () =>
            {
                // One that is between two sessions hears nothing, and is told when it is back; no faster than this, which no device takes for a flood.
                if (told is not { } last || (wereMissing && TimeProvider.System.GetElapsedTime(last) > TimeSpan.FromSeconds(1)))
                {
                    (told, wereMissing) = (TimeProvider.System.GetTimestamp(), Present() < Devices);
                    Obey();
                }

                return _crowd.Instructed.Devices == 2 * Devices / 3;
            },
            "batteries and jobs are told");
        await S2Home.UntilAsync(() => Present() == Devices, $"{Devices} devices are there");
    }

    private int Present() => _house.Names.Count(name => name.StartsWith("s2/device-", StringComparison.Ordinal));

    private void Obey()
    {
        var period = MarketRules.Default.Grid.At(TimeProvider.System.GetUtcNow());
        var delivery = new Delivery(
            period, default, [.. Plan().Batteries.Select(battery => new StorageAllocation(battery.Name, period, new Energy(500)))], default, default, default, default, null) { BesidePrice = new Price(90_000) };
        _house.Obey(delivery, MarketRules.Default, Supplier, []);
    }

    private S2Plan Plan() => _house.Plan(TimeProvider.System.GetUtcNow(), MarketRules.Default, Supplier, []);
}
