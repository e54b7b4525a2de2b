using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.BspGateway.OpenAdr;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Store;

namespace VirtualEnergy.P2P.Tests.BspGateway.OpenAdr;

/// <summary>A VTN's desk in memory, with business logic and two VENs.</summary>
internal sealed class VtnFixture
{
    public static readonly VtnClient Business = new("business", Business: true);
    public static readonly VtnClient Anna = new("anna", Business: false);
    public static readonly VtnClient Bruno = new("bruno", Business: false);

    private int _ids;

    public VtnFixture(VtnLog? log = null, IEnumerable<VtnObject>? kept = null)
    {
        Objects = new VtnObjects(kept ?? [], log);
        Desk = new VtnDesk(Objects, change => Changes.Add(change), Time, () => $"id-{++_ids}");
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 6, 15, 12, 0, 0, TimeSpan.Zero));

    public List<VtnChange> Changes { get; } = [];

    public VtnObjects Objects { get; }

    public VtnDesk Desk { get; }

    public static JsonElement Parsed(string text) => JsonDocument.Parse(text).RootElement;

    public static VtnCredential Credential(VtnClient client, string secret) => new(client, [.. SHA256.HashData(Encoding.UTF8.GetBytes(secret))]);

    public string Program(string name = "prices", string targets = "null") =>
        Desk.Create(Business, ObjectKind.Program, Parsed($$"""{"programName":"{{name}}","targets":{{targets}}}""")).Id;

    public string Event(string program, string targets = "null", string more = "") =>
        Desk.Create(Business, ObjectKind.Event, Parsed($$"""{"programID":"{{program}}","targets":{{targets}}{{more}}}""")).Id;

    public string Ven(VtnClient client, string targets = "null") => Desk.Create(
        Business, ObjectKind.Ven, Parsed($$"""{"objectType":"BL_VEN_REQUEST","clientID":"{{client.ClientId}}","venName":"ven of {{client.ClientId}}","targets":{{targets}}}""")).Id;

    public ImmutableArray<ReadObject> Search(VtnClient client, ObjectKind kind, params string[] targets) =>
        Desk.Search(client, kind, new VtnQuery(ImmutableDictionary<string, string>.Empty, null, [], [.. targets], false, 0, VtnQuery.MostLimit));
}
