using System.Collections.Immutable;
using System.Text.Json;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Flexibility;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Shapes;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Store;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr;

/// <summary>The operations of OpenADR 3.1 on objects, one at a time: who may, whether it fits, what is kept, who is told.</summary>
/// <param name="changed">Told of each change, in the order of changes, before the next one begins; must be quick.</param>
/// <param name="newId">A new id at each call, never the same twice.</param>
internal sealed class VtnDesk(VtnObjects objects, Action<VtnChange> changed, TimeProvider time, Func<string> newId)
{
    private readonly Lock _turn = new();
    private readonly BodyRules _rules = new(objects);

    /// <exception cref="VtnRefusalException">The client may not, or the body is not right.</exception>
    public VtnObject Create(VtnClient client, ObjectKind kind, JsonElement body)
    {
        lock (_turn)
        {
            CheckWrite(client, kind, body);
            _rules.CheckRoom(client, kind);
            var draft = _rules.Complete(client, kind, body, before: null);
            var now = time.GetUtcNow();
            return Keep(new VtnObject(newId(), kind, now, now, draft.ClientId, draft.Body), ObjectOperation.Create);
        }
    }

    /// <exception cref="VtnRefusalException">It is not there for this client, the client may not, or the body is not right.</exception>
    public VtnObject Update(VtnClient client, ObjectKind kind, string id, JsonElement body)
    {
        lock (_turn)
        {
            CheckWrite(client, kind, body);
            var before = FindOwn(client, kind, id);
            var draft = _rules.Complete(client, kind, body, before);
            return Keep(before with { Modified = time.GetUtcNow(), ClientId = draft.ClientId, Body = draft.Body }, ObjectOperation.Update);
        }
    }

    /// <summary>Deletes an object and all that hangs on it.</summary>
    /// <exception cref="VtnRefusalException">It is not there for this client, or the client may not.</exception>
    public VtnObject Delete(VtnClient client, ObjectKind kind, string id)
    {
        lock (_turn)
        {
            CheckScope(client, kind);
            var thing = FindOwn(client, kind, id);
            foreach (var gone in objects.DependentsOf(thing).Append(thing).ToList())
            {
                // Told first: who may know of it follows from what is still there.
                changed(new VtnChange(objects, gone, ObjectOperation.Delete));
                objects.Delete(gone);
            }

            return thing;
        }
    }

    /// <exception cref="VtnRefusalException">It is not there for this client.</exception>
    public ReadObject Read(VtnClient client, ObjectKind kind, string id, IReadOnlyCollection<string> targets)
    {
        lock (_turn)
        {
            var sight = SightOf(client);
            var thing = objects.Find(kind, id);
            return thing is not null && sight.Reads(thing, targets) ? new ReadObject(thing, sight.Shown(thing, targets)) : throw Missing(kind, id);
        }
    }

    /// <summary>A page of what the client may read.</summary>
    public ImmutableArray<ReadObject> Search(VtnClient client, ObjectKind kind, VtnQuery query)
    {
        lock (_turn)
        {
            var sight = SightOf(client);
            var now = time.GetUtcNow();
            return [.. objects.Of(kind)
                .Where(thing => query.Names.All(wanted => thing.Text(wanted.Key) == wanted.Value))
                .Where(thing => query.ProgramId is not { } program || objects.ProgramOf(thing) == program)
                .Where(thing => query.Objects.Count == 0 || SubscriptionBody.Objects(thing).Any(query.Objects.Contains))
                .Where(thing => !query.Active || EventTimes.Of(thing).End is not { } end || end > now)
                .Where(thing => sight.Reads(thing, query.Targets))
                .Skip(query.Skip).Take(query.Limit)
                .Select(thing => new ReadObject(thing, sight.Shown(thing, query.Targets)))];
        }
    }

    private VtnObject Keep(VtnObject thing, ObjectOperation operation)
    {
        objects.Put(thing);
        changed(new VtnChange(objects, thing, operation));
        return thing;
    }

    private VtnObject FindOwn(VtnClient client, ObjectKind kind, string id)
    {
        var thing = objects.Find(kind, id);
        if (thing is null || !SightOf(client).Reads(thing, []))
        {
            throw Missing(kind, id);
        }

        return kind != ObjectKind.Subscription || thing.ClientId == client.ClientId ? thing
            : throw new VtnRefusalException(403, "A subscription is changed by the client that made it.");
    }

    private Visibility SightOf(VtnClient client) => new(client, objects.Granted(client.ClientId));

    private static void CheckWrite(VtnClient client, ObjectKind kind, JsonElement body)
    {
        CheckScope(client, kind);
        if (OpenAdrShapes.Of(kind, client.Business).Problem(body, "") is { } problem)
        {
            throw new VtnRefusalException(400, $"{problem}.");
        }
    }

    private static void CheckScope(VtnClient client, ObjectKind kind)
    {
        if (!client.Writes(kind))
        {
            throw new VtnRefusalException(403, $"This client's scopes ({string.Join(' ', client.Scopes)}) do not let it write {kind.Path()}.");
        }
    }

    private static VtnRefusalException Missing(ObjectKind kind, string id) => new(404, $"There is no {kind.Name().ToLowerInvariant()} {id} for this client.");
}

/// <summary>An object, and which of its targets the reader sees (null: all).</summary>
internal readonly record struct ReadObject(VtnObject Thing, IReadOnlyCollection<string>? Shown);

/// <summary>What happened to an object, and what else there is at that moment.</summary>
internal readonly record struct VtnChange(VtnObjects Objects, VtnObject Thing, ObjectOperation Operation);
