using System.Collections.Immutable;
using System.Text.Json;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr;

/// <summary>An object of the VTN. Immutable; an update is a new one with the same id.</summary>
/// <param name="Id">Given by the VTN; unique among all kinds.</param>
/// <param name="ClientId">Whose it is: reports, subscriptions, VENs and resources have an owner, programs and events none.</param>
/// <param name="Body">What the client said, checked; without what the VTN adds.</param>
public sealed record VtnObject(string Id, ObjectKind Kind, DateTimeOffset Created, DateTimeOffset Modified, string? ClientId, JsonElement Body)
{
    private static readonly string[] FromVtn = ["id", "objectType", "createdDateTime", "modificationDateTime", "clientID"];

    /// <summary>The object's targets, or those that a VEN is granted; empty where it has none.</summary>
    public ImmutableArray<string> Targets { get; } = TargetsOf(Body);

    /// <summary>A text field of the body, or null.</summary>
    public string? Text(string field) =>
        Body.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The object as clients read it.</summary>
    /// <param name="shown">Of its targets, those that the reader may see; null shows all.</param>
    public void WriteTo(Utf8JsonWriter writer, IReadOnlyCollection<string>? shown = null)
    {
        writer.WriteStartObject();
        writer.WriteString("id", Id);
        writer.WriteString("createdDateTime", Created.UtcDateTime);
        writer.WriteString("modificationDateTime", Modified.UtcDateTime);
        writer.WriteString("objectType", Kind.Name());
        if (ClientId is not null)
        {
            writer.WriteString("clientID", ClientId);
        }

        foreach (var property in Body.EnumerateObject().Where(property => !FromVtn.Contains(property.Name)))
        {
            if (property.Name == "targets" && shown is not null && property.Value.ValueKind == JsonValueKind.Array)
            {
                WriteTargets(writer, Targets.Where(shown.Contains));
            }
            else
            {
                property.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteTargets(Utf8JsonWriter writer, IEnumerable<string> targets)
    {
        writer.WriteStartArray("targets");
        foreach (var target in targets)
        {
            writer.WriteStringValue(target);
        }

        writer.WriteEndArray();
    }

    private static ImmutableArray<string> TargetsOf(JsonElement body) =>
        body.TryGetProperty("targets", out var targets) && targets.ValueKind == JsonValueKind.Array
            ? [.. targets.EnumerateArray().Select(target => target.GetString()!)]
            : [];
}
