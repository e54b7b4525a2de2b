namespace VirtualEnergy.P2P.Flexibility.Efi;

/// <summary>A message of EFI 2.0, between an energy app and the driver of one device.</summary>
/// <remarks>
/// Immutable, and checked when built: a message that exists obeys the schema and says nothing that contradicts itself. What depends on
/// earlier messages is checked by <see cref="EfiDevice"/>. Names and optionality: efi-2.0.xsd. Sign: + consumption, − production.
/// </remarks>
/// <param name="Header">Which device, and when.</param>
public abstract record EfiMessage(EfiHeader Header);

/// <param name="ResourceId">The device that the message is from or to.</param>
/// <param name="Timestamp">When it was made.</param>
public sealed record EfiHeader(Identifier ResourceId, DateTimeOffset Timestamp);

/// <summary>A driver introduces its device: the first message, whatever the category.</summary>
/// <param name="InstructionProcessingDelay">How long it takes until an instruction is carried out, ≥ 0.</param>
/// <param name="Currency">Of every cost that follows; null where no costs are told.</param>
public abstract record FlexibilityRegistration(EfiHeader Header, TimeSpan InstructionProcessingDelay, DeviceDescription Device, Currency? Currency)
    : EfiMessage(Header)
{
    public TimeSpan InstructionProcessingDelay { get; } = Check.NotNegative(InstructionProcessingDelay, nameof(InstructionProcessingDelay));
}

/// <param name="DeviceClass">What kind of device.</param>
/// <param name="Label">What people call it.</param>
public sealed record DeviceDescription(DeviceClass DeviceClass, string? SerialNumber = null, string? Label = null);

/// <summary>A driver tells what its device can do, or how it is.</summary>
/// <param name="UpdateId">By which instructions name it.</param>
/// <param name="ValidFrom">From when on it holds; until the next update of its kind.</param>
public abstract record FlexibilityUpdate(EfiHeader Header, Identifier UpdateId, DateTimeOffset ValidFrom) : EfiMessage(Header);

/// <summary>An allocation: what a device shall do.</summary>
/// <param name="InstructionId">By which status updates and a revocation name it.</param>
/// <param name="UpdateId">The update on which it rests.</param>
/// <param name="IsEmergency">True where the grid or the home is in danger; the device then obeys if it safely can.</param>
public abstract record EfiInstruction(EfiHeader Header, Identifier InstructionId, Identifier UpdateId, bool IsEmergency) : EfiMessage(Header);

/// <summary>A driver tells how far an instruction has come.</summary>
/// <exception cref="ArgumentException">The status is one that EFI does not have: new or revoked.</exception>
public sealed record InstructionStatusUpdate(EfiHeader Header, Identifier InstructionId, InstructionStatus Status, string? DebugInformation = null)
    : EfiMessage(Header)
{
    public InstructionStatus Status { get; } = Status is not (InstructionStatus.New or InstructionStatus.Revoked)
        ? Status
        : throw new ArgumentException("EFI knows accepted, started, succeeded, rejected and aborted.", nameof(Status));
}

/// <summary>An instruction is taken back.</summary>
public sealed record InstructionRevoke(EfiHeader Header, Identifier InstructionId) : EfiMessage(Header);

/// <summary>The driver takes back all that its device offered; nothing may be instructed until it tells anew.</summary>
public sealed record FlexibilityRevoke(EfiHeader Header) : EfiMessage(Header);

/// <summary>What a device draws or gives at a moment; any category.</summary>
/// <exception cref="ArgumentException">Nothing was measured.</exception>
public sealed record Measurement(EfiHeader Header, DateTimeOffset MeasurementTimestamp, CommodityRates Rates) : EfiMessage(Header)
{
    public CommodityRates Rates { get; } = Rates != CommodityRates.None ? Rates : throw new ArgumentException("Nothing was measured.", nameof(Rates));
}
