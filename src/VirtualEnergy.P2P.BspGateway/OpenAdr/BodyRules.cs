using System.Text.Json;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Store;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr;

/// <summary>What a well-formed body must still meet: names are unique, what it refers to exists, and what only business logic may write stays as it was.</summary>
internal sealed class BodyRules(VtnObjects objects)
{
    // What one VEN may keep here: a home has a few devices, and a day has 96 periods of reports.
    private const int MostReports = 10_000;
    private const int MostResources = 100;
    private const int MostSubscriptions = 20;

    /// <exception cref="VtnRefusalException">A VEN has as many as it may.</exception>
    public void CheckRoom(VtnClient client, ObjectKind kind)
    {
        var most = kind switch
        {
            ObjectKind.Report => MostReports,
            ObjectKind.Resource => MostResources,
            ObjectKind.Subscription => MostSubscriptions,
            _ => int.MaxValue,
        };
        if (!client.Business && most != int.MaxValue && objects.Of(kind).Count(thing => thing.ClientId == client.ClientId) >= most)
        {
            throw new VtnRefusalException(403, $"A VEN may keep {most} {kind.Path()} here; delete some first.");
        }
    }

    /// <summary>The object's owner and the body to keep.</summary>
    /// <param name="before">The object that is updated; null for a new one.</param>
    /// <exception cref="VtnRefusalException">A name is taken, or something that is referred to is missing.</exception>
    public (string? ClientId, JsonElement Body) Complete(VtnClient client, ObjectKind kind, JsonElement body, VtnObject? before)
    {
        string? Said(string field) => body.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        switch (kind)
        {
            case ObjectKind.Program:
                CheckUnique(kind, before, "programName", Said("programName"));
                return (null, body.Clone());
            case ObjectKind.Event:
                CheckThere(409, ObjectKind.Program, "programID", Said("programID"));
                return (null, body.Clone());
            case ObjectKind.Report:
                CheckReported(client, Said("eventID"));
                return (client.ClientId, body.Clone());
            case ObjectKind.Subscription:
                if (Said("programID") is { } program)
                {
                    CheckThere(409, ObjectKind.Program, "programID", program);
                }

                return (client.ClientId, body.Clone());
            case ObjectKind.Ven:
                var owner = client.Business ? Said("clientID") : client.ClientId;
                CheckUnique(kind, before, "venName", Said("venName"));
                CheckOneVen(owner, before);
                return (owner, Granting(client, body, before));
            default:
                var ven = CheckThere(404, ObjectKind.Ven, "venID", Said("venID"));
                CheckResource(client, ven, Said("resourceName"), client.Business ? Said("clientID") : client.ClientId, before);
                return (ven.ClientId, Granting(client, body, before));
        }
    }

    // A VEN's targets are granted by business logic alone: what a VEN writes of them is not kept, what it was granted is.
    private static JsonElement Granting(VtnClient client, JsonElement body, VtnObject? before)
    {
        if (client.Business)
        {
            return body.Clone();
        }

        var kept = JsonObject.Create(body)!;
        kept.Remove("targets");
        if (before is { Targets.Length: > 0 })
        {
            kept["targets"] = new JsonArray([.. before.Targets.Select(target => JsonValue.Create(target))]);
        }

        return JsonSerializer.SerializeToElement(kept);
    }

    // An event that the client may not read is answered like one that is not there.
    private void CheckReported(VtnClient client, string? id)
    {
        if (objects.Find(ObjectKind.Event, id) is not { } reported || !new Visibility(client, objects.Granted(client.ClientId)).Reads(reported, []))
        {
            throw new VtnRefusalException(409, $"eventID: there is no event {id} for this client.");
        }
    }

    private void CheckUnique(ObjectKind kind, VtnObject? before, string field, string? name)
    {
        if (objects.Of(kind).Any(thing => thing.Id != before?.Id && thing.Text(field) == name))
        {
            throw new VtnRefusalException(409, $"Another {kind.Name().ToLowerInvariant()} has the {field} {name}.");
        }
    }

    private void CheckOneVen(string? owner, VtnObject? before)
    {
        if (objects.Of(ObjectKind.Ven).Any(thing => thing.Id != before?.Id && thing.ClientId == owner))
        {
            throw new VtnRefusalException(409, $"The client {owner} has a VEN already.");
        }
    }

    private void CheckResource(VtnClient client, VtnObject ven, string? name, string? owner, VtnObject? before)
    {
        if (!client.Business && ven.ClientId != client.ClientId)
        {
            throw new VtnRefusalException(404, $"There is no ven {ven.Id} for this client.");
        }

        if (ven.ClientId != owner)
        {
            throw new VtnRefusalException(409, $"The ven {ven.Id} does not belong to the client {owner}.");
        }

        if (objects.Of(ObjectKind.Resource).Any(thing => thing.Id != before?.Id && thing.Text("venID") == ven.Id && thing.Text("resourceName") == name))
        {
            throw new VtnRefusalException(409, $"The ven {ven.Id} has a resource {name} already.");
        }
    }

    private VtnObject CheckThere(int status, ObjectKind kind, string field, string? id) =>
        objects.Find(kind, id) ?? throw new VtnRefusalException(status, $"{field}: there is no {kind.Name().ToLowerInvariant()} {id}.");
}
