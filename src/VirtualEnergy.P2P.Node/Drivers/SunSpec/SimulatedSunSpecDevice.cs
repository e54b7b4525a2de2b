using System.Buffers.Binary;
using System.Text;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Node.Drivers.Modbus;

namespace VirtualEnergy.P2P.Node.Drivers.SunSpec;

/// <summary>
/// A simulated hybrid inverter with battery and grid meter that speaks SunSpec over Modbus TCP on loopback, for tests and for trying the
/// driver without a device. Its maker's name says that it is simulated.
/// </summary>
/// <remarks>It obeys models 123 and 124 at once, and has no physics: whoever runs it sets what the sun gives and what the home draws.</remarks>
public sealed class SimulatedSunSpecDevice : IAsyncDisposable
{
    private const int RatedWatts = 5_000;
    private const int CapacityWattHours = 10_000;

    private readonly ushort[] _registers;
    private readonly ModbusTcpServer _server;
    private readonly Lock _lock = new();
    private readonly int _base;
    private readonly bool _isFloat;
    private int _inverter;
    private int _controls;
    private int _storage;
    private int _meter;
    private int _sunWatts;
    private int _loadWatts;
    private int _fillPermille = 500;

    /// <param name="logger">Told of clients that speak nonsense.</param>
    /// <param name="first">Where the chain begins: 40000, 50000 or 0.</param>
    /// <param name="isFloat">Whether the inverter is model 113 rather than 103.</param>
    public SimulatedSunSpecDevice(ILogger logger, int first = 40_000, bool isFloat = false)
    {
        (_base, _isFloat) = (first, isFloat);
        _registers = Build();
        _server = new ModbusTcpServer(Answer, logger);
        Show();
    }

    public int Port => _server.Port;

    /// <summary>When set, nothing is answered any more.</summary>
    public bool IsSilent { get; set; }

    /// <summary>What the inverter gives to home and grid, W: sun within the limit, less what charges the battery, and what the battery gives.</summary>
    public int OutputWatts
    {
        get
        {
            lock (_lock)
            {
                return Output();
            }
        }
    }

    /// <summary>What goes into the battery, W; − out of it.</summary>
    public int BatteryWatts
    {
        get
        {
            lock (_lock)
            {
                return Battery();
            }
        }
    }

    /// <param name="port">0 takes a free one.</param>
    public void Start(int port = 0) => _server.Start(port);

    /// <summary>Sets the weather and the home.</summary>
    public void Set(int sunWatts, int loadWatts, int fillPermille)
    {
        lock (_lock)
        {
            (_sunWatts, _loadWatts, _fillPermille) = (sunWatts, loadWatts, fillPermille);
            Show();
        }
    }

    /// <summary>Puts a value where it does not belong: a device with a fault.</summary>
    public void Spoil(int model, int offset, ushort value)
    {
        lock (_lock)
        {
            _registers[model switch { ControlsModel.Id => _controls, StorageModel.Id => _storage, >= 201 and <= 204 => _meter, _ => _inverter } + offset] = value;
        }
    }

    /// <summary>Cuts every connection, as when it is switched off and on.</summary>
    public void CutAll() => _server.CutAll();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private byte[]? Answer(byte unit, ReadOnlyMemory<byte> request)
    {
        lock (_lock)
        {
            return IsSilent ? null : Answer(request.Span);
        }
    }

    private byte[] Answer(ReadOnlySpan<byte> request)
    {
        var function = request[0];
        if (function is not (ModbusPdu.ReadHoldingRegisters or ModbusPdu.WriteSingleRegister or ModbusPdu.WriteMultipleRegisters))
        {
            return ModbusPdu.Refusal(function, ModbusFault.IllegalFunction);
        }

        if (request.Length < 5)
        {
            return ModbusPdu.Refusal(function, ModbusFault.IllegalDataValue);
        }

        var at = BinaryPrimitives.ReadUInt16BigEndian(request[1..]) - _base;
        var value = BinaryPrimitives.ReadUInt16BigEndian(request[3..]);
        var count = function == ModbusPdu.WriteSingleRegister ? 1 : value;
        if (count is 0 or > ModbusPdu.MostRegistersRead || (function == ModbusPdu.WriteMultipleRegisters && request.Length != 6 + 2 * count))
        {
            return ModbusPdu.Refusal(function, ModbusFault.IllegalDataValue);
        }

        if (at < 0 || at + count > _registers.Length)
        {
            return ModbusPdu.Refusal(function, ModbusFault.IllegalDataAddress);
        }

        if (function == ModbusPdu.ReadHoldingRegisters)
        {
            var answer = new byte[2 + 2 * count];
            (answer[0], answer[1]) = (function, (byte)(2 * count));
            for (var i = 0; i < count; i++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(2 + 2 * i), _registers[at + i]);
            }

            return answer;
        }

        for (var i = 0; i < count; i++)
        {
            _registers[at + i] = function == ModbusPdu.WriteSingleRegister ? value : BinaryPrimitives.ReadUInt16BigEndian(request[(6 + 2 * i)..]);
        }

        Show();
        return request[..5].ToArray();
    }

    private ushort[] Build()
    {
        var registers = new List<ushort> { 0x5375, 0x6E53 };
        int Add(ushort id, int length, ushort fill)
        {
            var at = registers.Count;
            registers.Add(id);
            registers.Add((ushort)length);
            registers.AddRange(Enumerable.Repeat(fill, length));
            return at;
        }

        // A model that nobody knows stands in the chain, as makers' own do.
        var common = Add(CommonModel.Id, 66, 0);
        _inverter = Add((ushort)(_isFloat ? 113 : 103), _isFloat ? InverterModel.FloatLength : InverterModel.IntegerLength, 0xFFFF);
        Add(64_001, 4, 0x1234);
        var plate = Add(NameplateModel.Id, NameplateModel.LeastLength, 0xFFFF);
        _controls = Add(ControlsModel.Id, ControlsModel.LeastLength, 0);
        _storage = Add(StorageModel.Id, StorageModel.LeastLength, 0xFFFF);
        _meter = Add(203, MeterModel.LeastLength, 0);
        registers.Add(0xFFFF);
        registers.Add(0);

        void Write(int at, string text)
        {
            var bytes = Encoding.ASCII.GetBytes(text.PadRight(32, '\0'));
            for (var i = 0; i < 16; i++)
            {
                registers[at + i] = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2 * i));
            }
        }

        Write(common + 2, "VirtualEnergy (simulated)");
        Write(common + 18, "Hybrid 5");
        Write(common + 50, "SIM-1");
        (registers[plate + 3], registers[plate + 4]) = (RatedWatts / 10, 1);
        (registers[plate + 19], registers[plate + 20]) = (CapacityWattHours / 10, 1);
        (registers[plate + 23], registers[plate + 24]) = (RatedWatts, 0);
        (registers[plate + 25], registers[plate + 26]) = (RatedWatts, 0);
        (registers[_controls + 5], registers[_controls + 23]) = (10_000, unchecked((ushort)-2));
        (registers[_storage + 2], registers[_storage + 18]) = (RatedWatts, 0);
        (registers[_storage + 5], registers[_storage + 7], registers[_storage + 21]) = (0, 1_000, unchecked((ushort)-2));
        (registers[_storage + 12], registers[_storage + 13], registers[_storage + 25]) = (10_000, 10_000, unchecked((ushort)-2));
        registers[_storage + 22] = unchecked((ushort)-2);
        registers[_meter + 22] = 0;
        registers[_meter + 54] = 1;
        return [.. registers];
    }

    private int Limit() => _registers[_controls + 9] == 1 ? RatedWatts * _registers[_controls + 5] / 10_000 : RatedWatts;

    // Bounded by both rates where both bits are set; at rest otherwise. A battery that is full or empty stays as it is.
    private int Battery()
    {
        if (_registers[_storage + 5] != 3)
        {
            return 0;
        }

        var most = Rate(StorageModel.ChargeRateOffset);
        var least = -Rate(StorageModel.DischargeRateOffset);
        var wanted = Math.Max(least, Math.Min(most, 0));
        return (wanted > 0 && _fillPermille >= 1_000) || (wanted < 0 && _fillPermille <= 0) ? 0 : wanted;
    }

    private int Rate(int offset) => unchecked((short)_registers[_storage + offset]) * RatedWatts / 10_000;

    private int Output() => Math.Min(_sunWatts, Limit()) - Battery();

    private void Show()
    {
        var (output, meter) = (Output(), _loadWatts - Output());
        if (_isFloat)
        {
            Write32(_inverter + 22, BitConverter.SingleToUInt32Bits(output));
            Write32(_inverter + 32, BitConverter.SingleToUInt32Bits(1_234_500f));
            _registers[_inverter + 48] = 4;
        }
        else
        {
            // Tens of watts, as a device with a scale factor of 1.
            (_registers[_inverter + 14], _registers[_inverter + 15]) = (unchecked((ushort)(output / 10)), 1);
            Write32(_inverter + 24, 12_345);
            (_registers[_inverter + 26], _registers[_inverter + 38]) = (2, 4);
        }

        _registers[_storage + 8] = (ushort)(_fillPermille * 10);
        _registers[_meter + 18] = unchecked((ushort)meter);
        Write32(_meter + 38, 700);
        Write32(_meter + 46, 900);
    }

    private void Write32(int at, uint value) => (_registers[at], _registers[at + 1]) = ((ushort)(value >> 16), unchecked((ushort)value));
}
