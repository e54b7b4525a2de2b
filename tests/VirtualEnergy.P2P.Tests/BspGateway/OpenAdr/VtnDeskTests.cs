using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.BspGateway.OpenAdr;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;
using Xunit;
using static VirtualEnergy.P2P.Tests.BspGateway.OpenAdr.VtnFixture;

namespace VirtualEnergy.P2P.Tests.BspGateway.OpenAdr;

public sealed class VtnDeskTests
{
    private readonly VtnFixture _vtn = new();

    [Fact]
    public void Only_business_logic_writes_programs_and_only_VENs_write_reports()
    {
        Assert.Equal(403, Status(() => _vtn.Desk.Create(Anna, ObjectKind.Program, Parsed("""{"programName":"mine"}"""))));
        var happening = _vtn.Event(_vtn.Program());
        var report = Parsed($$"""{"eventID":"{{happening}}","clientName":"anna","resources":[]}""");
        Assert.Equal(403, Status(() => _vtn.Desk.Create(Business, ObjectKind.Report, report)));
        Assert.Equal("anna", _vtn.Desk.Create(Anna, ObjectKind.Report, report).ClientId);
    }

    [Fact]
    public void Names_are_unique()
    {
        _vtn.Program("prices");
        Assert.Equal(409, Status(() => _vtn.Program("prices")));
        var ven = _vtn.Ven(Anna);
        Assert.Equal(409, Status(() => _vtn.Ven(Anna)));
        var heater = Parsed($$"""{"objectType":"VEN_RESOURCE_REQUEST","resourceName":"heater","venID":"{{ven}}"}""");
        _vtn.Desk.Create(Anna, ObjectKind.Resource, heater);
        Assert.Equal(409, Status(() => _vtn.Desk.Create(Anna, ObjectKind.Resource, heater)));
    }

    [Fact]
    public void What_is_referred_to_must_be_there()
    {
        Assert.Equal(409, Status(() => _vtn.Event("no-program")));
        Assert.Equal(409, Status(() => _vtn.Desk.Create(Anna, ObjectKind.Report, Parsed("""{"eventID":"none","clientName":"anna","resources":[]}"""))));
        Assert.Equal(404, Status(() => _vtn.Desk.Create(Anna, ObjectKind.Resource, Parsed("""{"objectType":"VEN_RESOURCE_REQUEST","resourceName":"heater","venID":"none"}"""))));
    }

    [Fact]
    public void An_event_with_targets_is_read_by_those_that_were_granted_one_and_shows_no_other()
    {
        _vtn.Ven(Anna, """["anna","street"]""");
        _vtn.Ven(Bruno, """["bruno"]""");
        var happening = _vtn.Event(_vtn.Program(), """["anna","town"]""");

        var read = Assert.Single(_vtn.Search(Anna, ObjectKind.Event));
        Assert.Equal(["anna"], read.Shown!);
        Assert.Empty(_vtn.Search(Bruno, ObjectKind.Event));
        Assert.Equal(404, Status(() => _vtn.Desk.Read(Bruno, ObjectKind.Event, happening, [])));
        Assert.Null(Assert.Single(_vtn.Search(Business, ObjectKind.Event)).Shown);
    }

    [Fact]
    public void Targets_in_a_request_narrow_it_and_grant_nothing()
    {
        _vtn.Ven(Anna, """["anna","street"]""");
        var program = _vtn.Program();
        _vtn.Event(program);
        var street = _vtn.Event(program, """["street"]""");
        _vtn.Event(program, """["town"]""");

        Assert.Equal(2, _vtn.Search(Anna, ObjectKind.Event).Length);
        Assert.Equal(street, Assert.Single(_vtn.Search(Anna, ObjectKind.Event, "street", "town")).Thing.Id);
        Assert.Empty(_vtn.Search(Anna, ObjectKind.Event, "town"));
    }

    [Fact]
    public void A_VEN_reads_its_own_objects_only()
    {
        var happening = _vtn.Event(_vtn.Program());
        var report = _vtn.Desk.Create(Anna, ObjectKind.Report, Parsed($$"""{"eventID":"{{happening}}","clientName":"anna","resources":[]}""")).Id;
        Assert.Empty(_vtn.Search(Bruno, ObjectKind.Report));
        Assert.Equal(404, Status(() => _vtn.Desk.Delete(Bruno, ObjectKind.Report, report)));
        Assert.Single(_vtn.Search(Business, ObjectKind.Report));
    }

    [Fact]
    public void A_VEN_that_updates_its_VEN_neither_gains_nor_loses_targets()
    {
        var ven = _vtn.Ven(Anna, """["anna"]""");
        var after = _vtn.Desk.Update(Anna, ObjectKind.Ven, ven, Parsed("""{"objectType":"VEN_VEN_REQUEST","venName":"Casa Anna","targets":["town"]}"""));
        Assert.Equal(["anna"], after.Targets);
        Assert.Equal("Casa Anna", after.Text("venName"));
        Assert.Equal("anna", after.ClientId);
    }

    [Fact]
    public void Deleting_a_program_deletes_and_tells_what_hangs_on_it()
    {
        var program = _vtn.Program();
        var happening = _vtn.Event(program);
        _vtn.Desk.Create(Anna, ObjectKind.Report, Parsed($$"""{"eventID":"{{happening}}","clientName":"anna","resources":[]}"""));
        _vtn.Changes.Clear();

        _vtn.Desk.Delete(Business, ObjectKind.Program, program);

        Assert.Equal([ObjectKind.Report, ObjectKind.Event, ObjectKind.Program], _vtn.Changes.Select(change => change.Thing.Kind));
        Assert.All(_vtn.Changes, change => Assert.Equal(ObjectOperation.Delete, change.Operation));
        Assert.Empty(_vtn.Search(Business, ObjectKind.Event));
    }

    [Fact]
    public void An_event_that_is_over_is_left_out_of_the_active_ones()
    {
        var program = _vtn.Program();
        var over = """,{"id":0,"payloads":[]}]""";
        _vtn.Event(program, more: $$""","intervalPeriod":{"start":"2026-06-15T11:00:00Z","duration":"PT15M"},"intervals":[{"id":1,"payloads":[]}{{over}}""");
        var running = _vtn.Event(program, more: ""","intervalPeriod":{"start":"2026-06-15T11:00:00Z","duration":"PT2H"},"intervals":[{"id":1,"payloads":[]}]""");
        var query = new VtnQuery(ImmutableDictionary<string, string>.Empty, null, [], [], Active: true, 0, 50);
        Assert.Equal(running, Assert.Single(_vtn.Desk.Search(Anna, ObjectKind.Event, query)).Thing.Id);
    }

    [Fact]
    public void A_VEN_has_room_for_a_hundred_resources()
    {
        var ven = _vtn.Ven(Anna);
        JsonElement Resource(int number) => Parsed($$"""{"objectType":"VEN_RESOURCE_REQUEST","resourceName":"r{{number}}","venID":"{{ven}}"}""");
        for (var number = 0; number < 100; number++)
        {
            _vtn.Desk.Create(Anna, ObjectKind.Resource, Resource(number));
        }

        Assert.Equal(403, Status(() => _vtn.Desk.Create(Anna, ObjectKind.Resource, Resource(100))));
    }

    [Fact]
    public void An_object_is_written_with_what_the_VTN_adds_and_never_with_what_the_client_says_of_that()
    {
        var created = _vtn.Desk.Create(Business, ObjectKind.Program, Parsed("""{"programName":"prices","id":"mine","objectType":"EVENT","clientID":"x","extra":{"a":1}}"""));
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text))
        {
            created.WriteTo(writer);
        }

        Assert.Equal(
            """{"id":"id-1","createdDateTime":"2026-06-15T12:00:00Z","modificationDateTime":"2026-06-15T12:00:00Z","objectType":"PROGRAM","programName":"prices","extra":{"a":1}}""",
            Encoding.UTF8.GetString(text.ToArray()));
    }

    private static int Status(Action attempt) => Assert.Throws<VtnRefusalException>(attempt).Status;
}
