using System.Text.Json;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Store;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Notifying;

/// <summary>Tells each subscription what it asked for and its client may read.</summary>
/// <param name="clientOf">The client of an id, or null when it is no more.</param>
internal sealed class VtnNotifier(Func<string, VtnClient?> clientOf, CallbackPost post)
{
    public void Changed(VtnChange change)
    {
        foreach (var subscription in change.Objects.Of(ObjectKind.Subscription))
        {
            if (Reader(change, subscription) is { } sight)
            {
                var shown = sight.Shown(change.Thing, subscription.Targets);
                foreach (var line in SubscriptionBody.Of(subscription).Where(line =>
                    line.Kinds.Contains(change.Thing.Kind.Name()) && line.Operations.Contains(change.Operation.Name())))
                {
                    post.Send(subscription.Id, line.Callback, line.BearerToken, Notification(change, shown));
                }
            }
        }

        if (change is { Operation: ObjectOperation.Delete, Thing.Kind: ObjectKind.Subscription })
        {
            post.End(change.Thing.Id);
        }
    }

    private Visibility? Reader(VtnChange change, VtnObject subscription)
    {
        if (clientOf(subscription.ClientId!) is not { } client
            || (subscription.Text("programID") is { } program && change.Objects.ProgramOf(change.Thing) != program))
        {
            return null;
        }

        var sight = new Visibility(client, change.Objects.Granted(client.ClientId));
        // Targets of a subscription narrow programs and events; a client's own objects are told whatever their targets.
        return sight.Reads(change.Thing, change.Thing.ClientId is null ? subscription.Targets : []) ? sight : null;
    }

    private static byte[] Notification(VtnChange change, IReadOnlyCollection<string>? shown)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            writer.WriteString("objectType", change.Thing.Kind.Name());
            writer.WriteString("operation", change.Operation.Name());
            writer.WritePropertyName("object");
            change.Thing.WriteTo(writer, shown);
            writer.WriteEndObject();
        }

        return text.ToArray();
    }
}
