using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.Efi.Bidding;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>The bid of a device that speaks S2, by way of EFI, and what it is instructed at the price that comes.</summary>
public sealed class S2Bid
{
    private readonly Func<long, Func<Identifier>, IEnumerable<S2Instruction>> _instructionsAt;

    private S2Bid(DemandCurve curve, Func<long, Func<Identifier>, IEnumerable<S2Instruction>> instructionsAt) => (Curve, _instructionsAt) = (curve, instructionsAt);

    /// <summary>W at each price step; + consumption, − production.</summary>
    public DemandCurve Curve { get; }

    /// <summary>What the device is told at a price; nothing when it shall go on as it is.</summary>
    /// <param name="nextId">Gives ids for messages and instructions.</param>
    public ImmutableArray<S2Instruction> InstructionsAt(long price, Func<Identifier> nextId) => [.. _instructionsAt(price, nextId)];

    /// <summary>
    /// The bid of a device as it has told of itself; null where it has not told enough, or EFI cannot say what it told.
    /// </summary>
    /// <param name="at">When the period begins, and instructions start.</param>
    /// <param name="basis">Prices in µEUR/kWh.</param>
    public static S2Bid? Of(S2Resource resource, DateTimeOffset at, TimeSpan period, MarketBasis basis)
    {
        if (resource.Details is not { } details)
        {
            return null;
        }

        if (DemandBid.Of(resource, at, period, basis) is { } demand)
        {
            return new S2Bid(demand.Curve, demand.InstructionsAt);
        }

        try
        {
            var header = new EfiHeader(details.ResourceId, at);
            var parts = Parts(resource, header, at)
                .Select(part => (Bid: EfiBid.Of(part.Device, at, period, basis), part.ToS2))
                .Where(part => part.Bid is not null)
                .Select(part => (Bid: part.Bid!, part.ToS2))
                .ToImmutableArray();
            var underWay = JobsUnderWay.Watts(resource, at, period);
            return (parts.IsEmpty && underWay == 0) || !(Math.Abs(underWay) <= EfiBid.MostWattsOfHome) ? null : new S2Bid(
                parts.Select(part => part.Bid.Curve).Aggregate(DemandCurve.Flat(basis, EfiBid.DemandOf(underWay)), (sum, curve) => sum.Plus(curve)),
                (price, nextId) => parts.SelectMany(part => part.Bid.InstructionAt(price, nextId()) is { } instruction ? part.ToS2(instruction, nextId) : []));
        }
        catch (ArgumentException)
        {
            // It is S2, and EFI cannot say it: no transition but for emergencies, or only quantities that EFI does not know.
            return null;
        }
    }

    private static IEnumerable<(EfiDevice Device, Func<EfiInstruction, Func<Identifier>, IEnumerable<S2Instruction>> ToS2)> Parts(
        S2Resource resource, EfiHeader header, DateTimeOffset at)
    {
        var device = new DeviceDescription(DeviceClass.Miscellaneous);
        var status = new Identifier("status");
        switch (resource.Selected)
        {
            case ControlType.FillRateBasedControl when resource.Storage.At(at) is { } description:
                var actuators = StorageMapping.NamesOf(description);
                yield return (
                    After(
                        new StorageRegistration(header, default, device, null, "", "", ValueList.From(actuators.Select(actuator => new StorageActuator(actuator.Number, [EfiCommodity.Electricity])))),
                        StorageMapping.ToEfi(description, resource.Leakage.At(at), header),
                        StorageMapping.ToEfi(resource, actuators, status, header),
                        resource.Target is { } target ? StorageMapping.ToEfi(target, header) : null),
                    (instruction, nextId) => StorageMapping.ToS2((StorageInstruction)instruction, actuators, nextId));
                break;
            case ControlType.OperationModeBasedControl when resource.Modes.At(at) is { } description:
                var names = AdjustableMapping.NamesOf(description);
                yield return (
                    After(
                        new AdjustableRegistration(header, default, device, null, [EfiCommodity.Electricity]),
                        AdjustableMapping.ToEfi(description, header),
                        AdjustableMapping.ToEfi(resource, names, status, header)),
                    (instruction, nextId) => [AdjustableMapping.ToS2((AdjustableInstruction)instruction, names, nextId())]);
                break;
            case ControlType.PowerProfileBasedControl:
                foreach (var job in resource.Jobs.Values.Where(job => !IsScheduled(resource, job.Id)).OrderBy(job => job.Id.ToString(), StringComparer.Ordinal))
                {
                    yield return (
                        After(new ShiftableRegistration(header, default, device, null, [EfiCommodity.Electricity]), ShiftableMapping.ToEfi(job, header)),
                        (instruction, nextId) => ShiftableMapping.ToS2((ShiftableInstruction)instruction, job, nextId));
                }

                break;
            case ControlType.PowerEnvelopeBasedControl or ControlType.NotControlable when resource.Forecast is { } forecast:
                var constraints = resource.PowerConstraints.Values.Where(limits => limits.ValidFrom <= at && (limits.ValidUntil is null || at < limits.ValidUntil))
                    .MaxBy(limits => limits.ValidFrom);
                yield return (
                    After(
                        new InflexibleRegistration(header, default, device, null, [EfiCommodity.Electricity]),
                        constraints is null ? null : InflexibleMapping.ToEfi(constraints, header),
                        InflexibleMapping.ToEfi(forecast, header)),
                    (instruction, nextId) => [InflexibleMapping.ToS2((InflexibleInstruction)instruction, constraints!, nextId)]);
                break;
        }
    }

    private static bool IsScheduled(S2Resource resource, Identifier job) =>
        resource.Instructions.Values.Any(record => record.Instruction is PpbcScheduleInstruction schedule && schedule.PowerProfileId == job
            && record.Status is not (InstructionStatus.Rejected or InstructionStatus.Revoked))
        || (resource.JobStatus?.SequenceContainerStatus.Any(step => step.PowerProfileId == job && step.Status != PowerSequenceState.NotScheduled) ?? false);

    private static EfiDevice After(params EfiMessage?[] messages) => messages.Aggregate(EfiDevice.Unknown, (device, message) => message is null ? device
        : device.After(message, out var problem) is var after && problem is null ? after : throw new ArgumentException(problem));
}
