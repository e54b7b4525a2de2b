using System.Collections.Immutable;
using System.Text.Json;
using System.Xml;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Flexibility;

/// <summary>A change of power that a VEN is asked for.</summary>
/// <param name="VenTarget">The target that was granted to that VEN alone.</param>
/// <param name="ChangeWatts">Against the VEN's baseline: + more consumption, − less.</param>
public sealed record VenOrder(string OrderId, string VenTarget, DateTimeOffset Start, TimeSpan Length, long ChangeWatts);

/// <summary>
/// The BSP's orders as events of one OpenADR program. An order is a CONTROL_SETPOINT in kW: OpenADR's own relative set-point
/// (DISPATCH_SETPOINT_RELATIVE) cannot be negative, so it cannot ask for less.
/// </summary>
/// <param name="bsp">The business logic in whose name events are written.</param>
internal sealed class FlexibilityProgram(VtnDesk desk, VtnClient bsp)
{
    /// <summary>The program's name; VENs find it by that.</summary>
    public const string Name = "VirtualEnergy flexibility";

    /// <summary>Puts an order to its VEN, or changes it; the event's id.</summary>
    /// <param name="eventId">The event of this order, where there is one.</param>
    public string Put(VenOrder order, string? eventId = null)
    {
        var body = JsonSerializer.SerializeToElement(new
        {
            programID = ProgramId(),
            eventName = order.OrderId,
            priority = 0,
            targets = new[] { order.VenTarget },
            payloadDescriptors = new[] { Descriptor("EVENT_PAYLOAD_DESCRIPTOR", "CONTROL_SETPOINT") },
            reportDescriptors = new[] { Wanted("READING") },
            intervalPeriod = new { start = order.Start.UtcDateTime, duration = XmlConvert.ToString(order.Length) },
            intervals = new[] { new { id = 0, payloads = new[] { new { type = "CONTROL_SETPOINT", values = new[] { order.ChangeWatts / 1000m } } } } },
        });
        return (eventId is null ? desk.Create(bsp, ObjectKind.Event, body) : desk.Update(bsp, ObjectKind.Event, eventId, body)).Id;
    }

    /// <summary>Sees to it that a VEN has an event that it may report to without an order: what a home does and can do is to be known before it is asked for anything. It asks for nothing else and has no end.</summary>
    /// <param name="venTarget">The target that was granted to that VEN alone.</param>
    public void AskForReports(string venTarget)
    {
        var name = $"reports of {venTarget}";
        if (Find(name) is null)
        {
            desk.Create(bsp, ObjectKind.Event, JsonSerializer.SerializeToElement(new
            {
                programID = ProgramId(), eventName = name, priority = 0, targets = new[] { venTarget },
                reportDescriptors = new[] { Wanted("READING"), Wanted("UP_REGULATION_AVAILABLE"), Wanted("DOWN_REGULATION_AVAILABLE") },
            }));
        }
    }

    /// <summary>Takes an order back: the VEN returns to its own plan.</summary>
    public void Withdraw(string eventId) => desk.Delete(bsp, ObjectKind.Event, eventId);

    /// <summary>The event of an order that was put before; null where there is none.</summary>
    public string? Find(string orderId) => desk.Search(bsp, ObjectKind.Event, Everything with { ProgramId = ProgramId() }).Select(found => found.Thing)
        .FirstOrDefault(thing => thing.Text("eventName") == orderId)?.Id;

    /// <summary>Sees to it that a client has a VEN, and that its VEN is granted a target; what it was granted before stays.</summary>
    /// <param name="name">The VEN's name, where the client has not made one itself.</param>
    public void Enrol(string clientId, string name, string target)
    {
        if (desk.Search(bsp, ObjectKind.Ven, Everything).Select(found => found.Thing).FirstOrDefault(thing => thing.ClientId == clientId) is not { } ven)
        {
            desk.Create(bsp, ObjectKind.Ven, VenBody(clientId, name, [target]));
        }
        else if (!ven.Targets.Contains(target))
        {
            desk.Update(bsp, ObjectKind.Ven, ven.Id, VenBody(clientId, ven.Text("venName")!, [.. ven.Targets, target]));
        }
    }

    private static VtnQuery Everything => new(ImmutableDictionary<string, string>.Empty, null, [], [], false, 0, int.MaxValue);

    private static JsonElement VenBody(string clientId, string name, string[] targets) =>
        JsonSerializer.SerializeToElement(new { objectType = "BL_VEN_REQUEST", clientID = clientId, venName = name, targets });

    private string ProgramId()
    {
        var query = new VtnQuery(ImmutableDictionary<string, string>.Empty.Add("programName", Name), null, [], [], false, 0, 1);
        return desk.Search(bsp, ObjectKind.Program, query) is [var found] ? found.Thing.Id : desk.Create(bsp, ObjectKind.Program, JsonSerializer.SerializeToElement(new
        {
            programName = Name,
            payloadDescriptors = new[]
            {
                Descriptor("EVENT_PAYLOAD_DESCRIPTOR", "CONTROL_SETPOINT"), Descriptor("REPORT_PAYLOAD_DESCRIPTOR", "READING"),
                Descriptor("REPORT_PAYLOAD_DESCRIPTOR", "UP_REGULATION_AVAILABLE"), Descriptor("REPORT_PAYLOAD_DESCRIPTOR", "DOWN_REGULATION_AVAILABLE"),
            },
        })).Id;
    }

    private static object Wanted(string payloadType) => new { payloadType, readingType = "DIRECT_READ", units = "KW", historical = true, reportIntervals = "SUB_INTERVALS" };

    private static object Descriptor(string objectType, string payloadType) => new { objectType, payloadType, units = "KW" };
}
