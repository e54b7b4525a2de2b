using System.Globalization;
using System.Net;
using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Stations;
using VirtualEnergy.P2P.Iec104.Transport;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Iec104;

/// <summary>What both stations send on a real connection, read by Wireshark's own decoder.</summary>
public sealed class CaptureTests
{
    private static readonly CommonAddress Station = new(5);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2404)] // towards the transmission system operator, this side being controlled
    [InlineData(2405)] // towards customers, this side controlling
    public async Task A_capture_of_every_type_decodes_without_a_malformed_frame(ushort port)
    {
        Assert.SkipUnless(Tshark.IsThere, "tshark is not installed: apt-get install tshark.");
        var file = Path.Combine(Path.GetTempPath(), $"iec104-{Environment.ProcessId}-{port}.pcap");
        try
        {
            var sent = await RecordAsync(file, port);

            Assert.Equal("", await Tshark.ReadAsync(file, port, "-Y", "_ws.malformed || _ws.expert.severity == error || tcp.analysis.flags"));
            var decoded = (await Tshark.ReadAsync(file, port, "-Y", "iec60870_asdu", "-T", "fields", "-e", "iec60870_asdu.typeid"))
                .Split([',', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
            Assert.Equal(Enumerable.Range(0, 256).Where(number => ((AsduType)number).IsKnown()), decoded.Distinct().Order());

            // Its reading of the numbers is ours: 1.5, −2 and 42.5 as they were sent, and the address of the set-point.
            var values = await Tshark.ReadAsync(file, port, "-Y", "iec60870_asdu.typeid == 50", "-T", "fields", "-e", "iec60870_asdu.ioa", "-e", "iec60870_asdu.float");
            Assert.Contains("1005", values, StringComparison.Ordinal);
            Assert.Contains("42.5", values, StringComparison.Ordinal);
            var measured = await Tshark.ReadAsync(file, port, "-Y", "iec60870_asdu.typeid == 36", "-T", "fields", "-e", "iec60870_asdu.float", "-e", "iec60870_asdu.cp56time");
            Assert.Contains("1.5", measured, StringComparison.Ordinal);
            Assert.Contains("Nov 29, 2026 15:04:05.678", measured, StringComparison.Ordinal);
            Assert.True(decoded.Length >= sent, $"{decoded.Length} ASDUs were decoded, and at least {sent} were sent.");
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <returns>How many ASDUs went by at least: requests and their confirmations.</returns>
    private static async Task<int> RecordAsync(string file, ushort port)
    {
        var time = Cp56Time2a.FromUtc(new DateTimeOffset(2026, 11, 29, 15, 4, 5, 678, TimeSpan.Zero));
        var station = new ControlledStation(new ControlledStationOptions { OnCommand = _ => CommandAnswer.Done, OnClock = _ => true, OnReset = () => true }, TimeProvider.System);
        InformationObject[] values = [.. Values(null), .. Values(time)];
        foreach (var value in Values(null))
        {
            station.Define(Station, value);
        }

        InformationObject[] commands = [.. Commands(null), .. Commands(time)];
        foreach (var command in Commands(null))
        {
            station.DefineCommand(Station, command.Address, command.Type);
        }

        await using var server = ControlledStationServer.Start(station, new IPEndPoint(IPAddress.Loopback, 0), TimeProvider.System);
        await using var recording = new TcpRecording(server.EndPoint);
        var last = new TaskCompletionSource();
        await using (var controlling = new ControllingStation(
            new ControllingStationOptions
            {
                Hosts = [("127.0.0.1", recording.Port)],
                Connection = new ControllingConnectionOptions { OnAsdu = (in Asdu asdu) => (asdu.Type == AsduType.IntegratedTotalsTimed ? last : null)?.TrySetResult() },
            },
            TimeProvider.System))
        {
            var connection = await controlling.StartedAsync(Cancellation);
            InformationObject[] requests =
            [
                InformationObject.Interrogation(), InformationObject.CounterInterrogation(), InformationObject.ClockSynchronization(time), InformationObject.ResetProcess(), .. commands,
            ];
            foreach (var request in requests)
            {
                Assert.Equal(RequestOutcome.Done, (await connection.RequestAsync(Station, request)).Outcome);
            }

            Assert.Equal(Cause.UnknownObjectAddress, (await connection.RequestAsync(Station, InformationObject.SingleCommand(new ObjectAddress(77), on: true))).Cause);
            station.Update(Station, values);
            await last.Task.WaitAsync(Cancellation);
            Assert.True(await connection.StopAsync());
        }

        recording.Save(file, port);
        return 2 * (4 + commands.Length) + values.Length;
    }

    private static InformationObject[] Values(Cp56Time2a? time) =>
    [
        InformationObject.SinglePoint(new ObjectAddress(1), on: true, Quality.Blocked, time),
        InformationObject.DoublePoint(new ObjectAddress(2), DoublePointState.On, Quality.Invalid, time),
        InformationObject.MeasuredNormalized(new ObjectAddress(3), NormalizedValue.From(0.5), Quality.Good, time),
        InformationObject.MeasuredScaled(new ObjectAddress(4), -2, Quality.Overflow, time),
        InformationObject.MeasuredShortFloat(new ObjectAddress(5), 1.5f, Quality.Good, time),
        InformationObject.IntegratedTotal(new ObjectAddress(6), 100_000, 3, CounterQuality.Carry, time),
    ];

    private static InformationObject[] Commands(Cp56Time2a? time) =>
    [
        InformationObject.SingleCommand(new ObjectAddress(1_001), on: true, CommandQualifier.ShortPulse, time),
        InformationObject.DoubleCommand(new ObjectAddress(1_002), DoublePointState.On, CommandQualifier.Persistent, time),
        InformationObject.SetPointNormalized(new ObjectAddress(1_003), NormalizedValue.From(-1), time),
        InformationObject.SetPointScaled(new ObjectAddress(1_004), -2, time),
        InformationObject.SetPointShortFloat(new ObjectAddress(1_005), 42.5f, time),
    ];
}
