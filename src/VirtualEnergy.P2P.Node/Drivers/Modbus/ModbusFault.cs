namespace VirtualEnergy.P2P.Node.Drivers.Modbus;

/// <summary>A Modbus server's exception codes (MODBUS Application Protocol Specification V1.1b3, section 7).</summary>
public enum ModbusFault : byte
{
    IllegalFunction = 1,
    IllegalDataAddress = 2,
    IllegalDataValue = 3,
    ServerDeviceFailure = 4,
    Acknowledge = 5,
    ServerDeviceBusy = 6,
    MemoryParityError = 8,
    GatewayPathUnavailable = 10,
    GatewayTargetDeviceFailedToRespond = 11,
}

/// <summary>A request that came to nothing. The message says with which device, and why.</summary>
public sealed class ModbusException : Exception
{
    public ModbusException(string message)
        : base(message)
    {
    }

    public ModbusException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <param name="code">The server's exception code; one that the specification does not name is shown as a number.</param>
    public ModbusException(string message, byte code)
        : base($"{message}: {(Enum.IsDefined((ModbusFault)code) ? ((ModbusFault)code).ToString() : $"exception {code}")}") => Fault = (ModbusFault)code;

    /// <summary>What the server said; null where it said nothing, or nothing that is Modbus.</summary>
    public ModbusFault? Fault { get; }
}
