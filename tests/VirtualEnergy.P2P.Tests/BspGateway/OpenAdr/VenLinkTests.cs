using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.OpenAdr;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Flexibility;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.OpenAdr;

/// <summary>A home that speaks OpenADR, between the gateway's board and its VTN.</summary>
public sealed class VenLinkTests : IAsyncDisposable
{
    private static readonly VtnClient Anna = new("anna", Business: false);
    private static readonly DateTimeOffset Start = new(2026, 6, 15, 18, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly HttpClient _http = new();
    private readonly Vtn _vtn;
    private readonly HomeBoard _board;
    private readonly VenLink _link;
    private int _ids;

    public VenLinkTests()
    {
        _vtn = new Vtn(new VtnOptions([new VtnCredential(Anna, [.. new byte[32]])], null, []), new byte[32], () => $"object-{++_ids}", _http, _time, NullLogger.Instance);
        var home = new HomeOptions
        {
            Pod = PodCode.Parse("IT001E00000001"), Name = "Casa Anna", Member = new MemberId("anna"), Ven = "anna", UpWatts = 3_000, DownWatts = 3_000, ConnectionWatts = 6_000, UpAsk = new Price(0), DownAsk = new Price(0),
        };
        var customer = new CustomerOptions { Id = "vens", IsOpenAdr = true, Homes = [home] };
        _board = new HomeBoard([new HomeDescription(home, "vens", 0)]);
        _link = new VenLink(customer, _vtn, _board, 0, _time);
        _link.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync();
        await _vtn.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public void Before_it_is_asked_for_anything_a_VEN_has_one_event_to_report_to_also_after_a_restart()
    {
        var reporting = Assert.Single(All(Anna));
        Assert.Equal(
            ["READING", "UP_REGULATION_AVAILABLE", "DOWN_REGULATION_AVAILABLE"],
            reporting.Body.GetProperty("reportDescriptors").EnumerateArray().Select(wanted => wanted.GetProperty("payloadType").GetString()));
        new VenLink(new CustomerOptions { Id = "vens", IsOpenAdr = true, Homes = [_board.Homes[0].Home] }, _vtn, _board, 0, _time).Start();
        Assert.Equal(reporting.Id, Assert.Single(All(Anna)).Id);
        Assert.Empty(All(new VtnClient("bruno", Business: false)));
    }

    [Fact]
    public void What_a_VEN_reports_stands_on_the_board()
    {
        Report("READING", 1.5m, Start);
        Report("UP_REGULATION_AVAILABLE", 1.2m, Start);
        Assert.Equal(new HomeState(Start.AddSeconds(4), 1_500, 1_500, 1_200, 0, IsAvailable: true, null), _board[0]);

        // An older value, one of the day to come and one beyond the connection change nothing; the latter two are counted.
        Report("READING", 0.1m, Start.AddMinutes(-5));
        Report("READING", 0.1m, Start.AddDays(1));
        Report("READING", 7m, Start);
        Assert.Equal((1_500, 2), (_board[0].PowerWatts, _link.LeftOut));
    }

    [Fact]
    public void While_it_is_asked_for_something_its_program_is_the_power_before()
    {
        Report("READING", 1.5m, Start);
        _link.Ask(0, -1_000);
        _time.Advance(TimeSpan.FromSeconds(4));
        Report("READING", 0.5m, Start.AddSeconds(4));
        Assert.Equal((500, 1_500, -1_000), (_board[0].PowerWatts, _board[0].BaselineWatts, _board[0].ConfirmedWatts));
    }

    [Fact]
    public void What_a_home_is_asked_for_is_one_event_that_its_VEN_alone_reads()
    {
        _link.Ask(0, -1_000);
        var asked = Assert.Single(Events(Anna));
        Assert.Equal(-1m, Power(asked));
        Assert.Empty(Events(new VtnClient("bruno", Business: false)));

        _link.Ask(0, -1_500); // too soon after the one before
        Assert.Equal(-1m, Power(Assert.Single(Events(Anna))));
        _time.Advance(VenLink.Pause);
        _link.Ask(0, -1_010); // too little
        Assert.Equal(-1m, Power(Assert.Single(Events(Anna))));
        _link.Ask(0, -1_500);
        Assert.Equal((asked.Id, -1.5m), (Events(Anna)[0].Id, Power(Events(Anna)[0])));

        _link.Ask(0, 0); // at once
        Assert.Empty(Events(Anna));
        Assert.Equal(0, _board[0].ConfirmedWatts);
    }

    [Fact]
    public void The_event_is_renewed_before_it_ends_and_found_again_by_the_next_gateway()
    {
        _link.Ask(0, -1_000);
        _time.Advance(VenLink.Length / 2);
        _link.Ask(0, -1_000);
        var renewed = Assert.Single(Events(Anna));
        Assert.Equal(Start + (VenLink.Length / 2), renewed.Body.GetProperty("intervalPeriod").GetProperty("start").GetDateTimeOffset());

        var next = new VenLink(new CustomerOptions { Id = "vens", IsOpenAdr = true, Homes = [_board.Homes[0].Home] }, _vtn, _board, 0, _time);
        next.Start();
        next.Ask(0, 0);
        Assert.Empty(Events(Anna));
    }

    [Fact]
    public void An_event_that_somebody_deleted_is_made_anew()
    {
        _link.Ask(0, -1_000);
        _vtn.Withdraw(Events(Anna)[0].Id);
        _time.Advance(VenLink.Pause);
        _link.Ask(0, -2_000); // finds that it is gone
        _link.Ask(0, -2_000);
        Assert.Equal(-2m, Power(Assert.Single(Events(Anna))));
    }

    private static decimal Power(VtnObject happening) => happening.Body.GetProperty("intervals")[0].GetProperty("payloads")[0].GetProperty("values")[0].GetDecimal();

    // Those that ask for something.
    private ImmutableArray<VtnObject> Events(VtnClient client) => [.. All(client).Where(thing => thing.Body.TryGetProperty("intervals", out _))];

    private ImmutableArray<VtnObject> All(VtnClient client) =>
        [.. _vtn.Desk.Search(client, ObjectKind.Event, new VtnQuery(ImmutableDictionary<string, string>.Empty, null, [], [], false, 0, 50)).Select(found => found.Thing)];

    private void Report(string type, decimal kilowatts, DateTimeOffset start)
    {
        var any = _vtn.Put(new VenOrder("for reports", "IT001E00000001", Start, TimeSpan.FromHours(1), 1));
        _vtn.Desk.Create(Anna, ObjectKind.Report, JsonSerializer.SerializeToElement(new
        {
            eventID = any, clientName = "Casa Anna", payloadDescriptors = new[] { new { objectType = "REPORT_PAYLOAD_DESCRIPTOR", payloadType = type, units = "KW" } },
            resources = new[] { new { resourceName = "meter", intervalPeriod = new { start = start.UtcDateTime, duration = "PT4S" }, intervals = new[] { new { id = 0, payloads = new[] { new { type, values = new[] { kilowatts } } } } } } },
        }));
    }
}
