using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>What goes over S2 sessions, a line each: for people, or as JSON.</summary>
/// <param name="asJson">True for a JSON object in a line.</param>
internal sealed class S2Events(TextWriter output, bool asJson, TimeProvider time)
{
    private readonly Lock _gate = new();

    public void Taken(string device, S2Request message)
    {
        var json = JsonDocument.Parse(S2Codec.Write(message)).RootElement;
        Write(device, "says", json.GetProperty("message_type").GetString()!, Words(message), json);
    }

    public void Of(string device, S2Event news)
    {
        switch (news)
        {
            case S2Taken { Message: var message }:
                Taken(device, message);
                break;
            case S2Refused { Refusal: var refusal }:
                Write(device, "refused", refusal.Status.ToString(), refusal.Diagnostic, null);
                break;
            case S2RefusedByPeer { Message: var message, Refusal: var refusal }:
                Write(device, "refuses", message.GetType().Name, $"{refusal.Status}: {refusal.Diagnostic}", null);
                break;
        }
    }

    public void Note(string device, string what) => Write(device, "note", "", what, null);

    private static string Words(S2Request message) => message switch
    {
        ResourceManagerDetails details => $"{details.Name ?? details.ResourceId.ToString()}, {details.Manufacturer} {details.Model}: {string.Join(", ", details.AvailableControlTypes)}",
        SelectControlType select => select.ControlType.ToString(),
        PowerMeasurement measurement => string.Join(", ", measurement.Values.Select(value => $"{value.CommodityQuantity} {value.Value}")),
        FrbcStorageStatus status => $"fill level {status.PresentFillLevel}",
        FrbcActuatorStatus status => $"{status.ActuatorId} in {status.ActiveOperationModeId} at {status.OperationModeFactor}",
        FrbcInstruction instruction => $"{instruction.ActuatorId} to {instruction.OperationMode} at {instruction.OperationModeFactor}",
        OmbcInstruction instruction => $"to {instruction.OperationModeId} at {instruction.OperationModeFactor}",
        DdbcInstruction instruction => $"{instruction.ActuatorId} to {instruction.OperationModeId} at {instruction.OperationModeFactor}",
        PebcInstruction { PowerEnvelopes: [{ PowerEnvelopeElements: [var first, ..] } envelope, ..] } => $"{envelope.CommodityQuantity} within {first.LowerLimit} to {first.UpperLimit} for {first.Duration}",
        PpbcInstruction instruction => $"{instruction.SequenceContainerId} by {instruction.PowerSequenceId}, {instruction.ExecutionTime:O}",
        InstructionStatusUpdate update => $"{update.InstructionId} {update.StatusType}",
        _ => "",
    };

    // What a device calls itself must not steer the terminal.
    private void Write(string device, string kind, string what, string words, JsonElement? message)
    {
        lock (_gate)
        {
            output.WriteLine(asJson
                ? JsonSerializer.Serialize(new { at = time.GetUtcNow(), device, kind, what, words, message })
                : string.Concat(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():HH:mm:ss} {device,-12} {kind,-8} {what} {words}").TrimEnd().Where(character => !char.IsControl(character))));
        }
    }
}
