using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.Discovered;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;
using VirtualEnergy.P2P.Node.Drivers.Meters;
using VirtualEnergy.P2P.Node.Drivers.Modbus;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;
using VirtualEnergy.P2P.Node.Drivers.Zigbee2Mqtt;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Node.S2.Connect;
using VirtualEnergy.P2P.Node.S2.Discovery;

namespace VirtualEnergy.P2P.Tests;

/// <summary>Bytes of nonsense for every parser of what devices say: half valid, by seed. None may throw but by its own name for a refusal.</summary>
internal static class DeviceNoise
{
    private const string Plug = """
        [{"ieee_address":"0x00158d00018255df","friendly_name":"plug","definition":{"model":"M","vendor":"V","exposes":[
        {"type":"switch","endpoint":"l1","features":[{"type":"binary","name":"state","property":"state_l1","value_on":"ON","value_off":"OFF","access":7}]},
        {"type":"numeric","name":"power","property":"power","endpoint":"l1","unit":"W","access":5},{"type":"numeric","name":"energy","property":"energy","unit":"kWh","access":1}]}}]
        """;

    private const string Announcement = """
        {"~":"a/b","device_class":"power","unit_of_measurement":"W","state_topic":"~/s","value_template":"{{ value_json['a'].b | float }}","availability":[{"topic":"~/l"}],
        "device":{"identifiers":["d"],"name":"n","manufacturer":"m","model":"x"},"payload_on":"1"}
        """;

    private const string Telegram = "/ABC5\\T\r\n\r\n1-3:0.2.8(50)\r\n1-0:1.8.1(001234.567*kWh)\r\n1-0:1.8.2(000765.433*kWh)\r\n1-0:1.7.0(00.250*kW)\r\n1-0:2.7.0(01.750*kW)\r\n!";

    private static readonly byte[][] Inserts =
        [[.. "\\ud800"u8], [.. "\\u0000"u8], [.. "\"\\udfff\":1,"u8], [0xC3, 0x28], [.. "1e999"u8], [.. "NaN"u8], [.. "[[[["u8], [.. "null"u8], [.. "-"u8], [.. "99999999999999999999999999999999"u8], [.. "{{ "u8]];

    public static readonly IReadOnlyList<(string Family, Func<Random, bool> ReadOne)> Families =
    [
        ("sunspec registers", SunSpecNoise.ReadOne),
        ("modbus streams", ReadFrames),
        ("p1 telegrams", ReadTelegram),
        ("zigbee2mqtt lists", random => Parsed(Plug, random) is { } list && ZigbeePlug.ReadAll(list) is { Length: > 0 } plugs && plugs.All(plug => Reads(plug, random))),
        ("home assistant announcements", ReadAnnouncement),
        ("home assistant commands", ReadCommand),
        ("words for devices", ReadWord),
        ("questions at the door", ReadQuestion),
        ("multicast dns", ReadAnnouncementOnNetwork),
        ("pairing codes", ReadPairingCode),
        ("s2 connect requests", ReadPairingRequest),
    ];

    private static bool ReadFrames(Random random)
    {
        var request = ModbusPdu.Read(ModbusPdu.ReadHoldingRegisters, random.Next(60_000), random.Next(1, 5));
        var count = request[4];
        byte[] pdu = random.Next(4) switch
        {
            0 => [0x83, (byte)random.Next(256)],
            1 => Bytes(random, random.Next(1, 253)),
            _ => [3, (byte)(2 * count), .. Bytes(random, 2 * count)],
        };
        var stream = Damage([.. new ModbusFrame((ushort)random.Next(65_536), 1, pdu).ToBytes(), .. new ModbusFrame(2, 1, pdu).ToBytes()], random);
        try
        {
            ReadOnlySpan<byte> bytes = stream;
            var (reader, read) = (new ModbusFrameReader(), false);
            while (reader.TryRead(ref bytes, out var frame))
            {
                read |= ModbusPdu.RegistersOf(request, frame.Pdu.Span).Length == count;
            }

            return read;
        }
        catch (ModbusException)
        {
            return false;
        }
    }

    private static bool ReadTelegram(Random random)
    {
        // Half with a checksum that is right for what was damaged, so that what is behind it is reached.
        var damaged = Damage(Encoding.ASCII.GetBytes(Telegram), random);
        var sum = random.Next(2) == 0 ? DsmrTelegram.Checksum(damaged) : random.Next(65_536);
        return DsmrTelegram.TryRead([.. damaged, .. Encoding.ASCII.GetBytes(sum.ToString("X4", CultureInfo.InvariantCulture))], out _, out _);
    }

    private static bool ReadAnnouncement(Random random) =>
        PayloadValue.Parse(Damage(Encoding.UTF8.GetBytes(Announcement), random)) is { } config && AnnouncedEntity.TryRead(random.Next(4) == 0 ? "switch" : "sensor", config, out var entity, out _)
        && (entity.Value.Number(Damage([.. "{\"a\":{\"b\":\"12.5\"}}"u8], random)) is not null | entity.Value.Text(Damage([.. "{\"a\":{\"b\":true}}"u8], random)) is not null);

    private static bool ReadCommand(Random random)
    {
        var entity = random.Next(3) switch { 0 => NodeEntities.Pause, 1 => NodeEntities.MostPrice, _ => NodeEntities.MostADay };
        return MemberCommands.TryRead(entity, Damage(random.Next(2) == 0 ? [.. "ON"u8] : [.. "25.25"u8], random), out var change, out _)
            && change(default) is { MostPrice: null or { MicroEurPerKWh: >= 0 }, MostADay: null or { MicroEur: >= 0 } };
    }

    private static bool ReadWord(Random random) =>
        OverrideEntities.TryRead("car", Damage(random.Next(2) == 0 ? [.. "off"u8] : [.. "on 90"u8], random), DateTimeOffset.UnixEpoch, out var word, out _)
        && word is null or { Device: "car" } && !(word?.Until > DateTimeOffset.UnixEpoch.AddDays(7));

    private static bool ReadQuestion(Random random)
    {
        var door = new MemberDoor("", () => ["car", "battery"], new MemberControls(), TimeProvider.System, NullLogger.Instance);
        return door.Answer(Damage([.. "{\"device\":\"car\",\"word\":\"on\",\"minutes\":90}"u8], random)).Error is null;
    }

    private static bool ReadAnnouncementOnNetwork(Random random)
    {
        var endpoint = new S2Endpoint("ve-1", EnergyManagementRole.Cem, "home", new Uri("https://192.168.1.5:8443/pairing/"));
        var message = random.Next(2) == 0 ? endpoint.Announcement([IPAddress.Loopback]) : S2Endpoint.Question(EnergyManagementRole.Cem);
        return DnsWire.TryRead(Damage(DnsWire.Write(message), random), out var read)
            && (S2Endpoint.In(read, EnergyManagementRole.Cem).Any() | endpoint.Answer(read, [IPAddress.Loopback]) is not null);
    }

    private static bool ReadPairingCode(Random random) =>
        PairingCode.TryParse(Encoding.Latin1.GetString(Damage([.. "A0-AAECAwQFBgcI"u8], random)), out var code) && code.Token.Bytes.Length >= PairingToken.LeastBytes && code.Alias != "";

    private static bool ReadPairingRequest(Random random)
    {
        var node = new NodeDescription(Guid.Empty, "A maker", "battery", "B2", EnergyManagementRole.Rm, "garage");
        return random.Next(4) switch
        {
            0 => ReadAnew(new RequestPairing(node, new EndpointDescription(), ["WebSocket"], ["0.0.2-beta"], ["SHA256"], Bytes(random, 32), NodeIdAlias: "A0"), ConnectJson.Default.RequestPairing, random),
            1 => ReadAnew([new WaitForPairing(node.Id, node, new EndpointDescription(), "NoValidTokenOnPairingClient")], ConnectJson.Default.WaitForPairingArray, random),
            2 => ReadAnew(new PostConnectionDetails(Bytes(random, 32), new ConnectionDetails(new Uri("https://a/"), "t", new() { ["SHA256"] = Bytes(random, 32) })), ConnectJson.Default.PostConnectionDetails, random),
            _ => ReadAnew(new InitiateSession(node.Id, node.Id, ["0.0.2-beta"], ["WebSocket"]), ConnectJson.Default.InitiateSession, random),
        };
    }

    private static bool ReadAnew<T>(T request, JsonTypeInfo<T> type, Random random)
        where T : class => ConnectEndpoints.Read(Damage(JsonSerializer.SerializeToUtf8Bytes(request, type), random), type) is not null;

    private static bool Reads(ZigbeePlug plug, Random random) =>
        PayloadValue.Parse(Damage([.. "{\"state_l1\":\"ON\",\"power\":1234.5,\"energy\":1.25}"u8], random)) is not { ValueKind: JsonValueKind.Object } state || plug.Read(default, state) is not { Watts: < -10_000_000 };

    private static ReadOnlyMemory<byte>? Parsed(string text, Random random) => Damage(Encoding.UTF8.GetBytes(text), random);

    // Untouched, changed in a few places, cut, or with something put in.
    private static byte[] Damage(byte[] whole, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                return whole;
            case 1:
                for (var changes = random.Next(1, 5); changes > 0 && whole.Length > 0; changes--)
                {
                    whole[random.Next(whole.Length)] = (byte)random.Next(256);
                }

                return whole;
            case 2:
                return whole[..random.Next(whole.Length + 1)];
            default:
                var at = random.Next(whole.Length + 1);
                return [.. whole[..at], .. Inserts[random.Next(Inserts.Length)], .. whole[(random.Next(2) == 0 ? at : Math.Min(whole.Length, at + random.Next(9)))..]];
        }
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
