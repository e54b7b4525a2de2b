using System.Globalization;
using System.Net;
using VirtualEnergy.P2P.DevnetTests.Iec104;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Bsp;

/// <summary>Both links of a running gateway, read by Wireshark's own decoder.</summary>
public sealed class GatewayCaptureTests
{
    [Fact]
    public async Task Both_links_decode_without_a_malformed_frame()
    {
        Assert.SkipUnless(Tshark.IsThere, "tshark is not installed: apt-get install tshark.");
        TcpRecording? customer = null, tso = null;
        var files = (Customer: File("customer"), Tso: File("tso"));
        try
        {
            await using (var bed = await GatewayBed.StartAsync(customerPort: port => Record(port, out customer), tsoPort: port => Record(port, out tso)))
            {
                var watts = bed.Now.UpWatts * 3 / 4;
                await bed.Tso.SynchronizeAsync(TestContext.Current.CancellationToken);
                Assert.Equal("confirmed", (await bed.AskAsync("regulation", -watts)).State);
                await GatewayBed.UntilAsync(() => bed.Customers.Taken > 0 && bed.Tso.Units()[0].HasOrder);
                Assert.Equal("confirmed", (await bed.AskAsync("limitation", -1_000)).State);
                Assert.Equal("confirmed", (await bed.AskAsync("lift", 0)).State);
                Assert.Equal("refused", (await bed.AskAsync("regulation", -900_000_000)).State);
                Assert.Equal("confirmed", (await bed.AskAsync("revocation", 0)).State);
                await GatewayBed.UntilAsync(() => !bed.Tso.Units()[0].HasOrder);
            }

            tso!.Save(files.Tso, 2404);
            customer!.Save(files.Customer, 2405);
            // Powers with time tags, states, counters; set-point, revocation, limit and its switch; interrogation and clock.
            await DecodesAsync(files.Tso, 2404, [30, 36, 58, 59, 63, 70, 100, 103]);
            await DecodesAsync(files.Customer, 2405, [30, 36, 63, 70, 100]);
            var sent = await Tshark.ReadAsync(files.Tso, 2404, "-Y", "iec60870_asdu.typeid == 63 && iec60870_asdu.causetx == 7 && iec60870_asdu.nega == 1", "-T", "fields", "-e", "iec60870_asdu.ioa");
            Assert.Equal("1001", sent); // the one set-point beyond what the homes can give
        }
        finally
        {
            await (customer?.DisposeAsync() ?? default);
            await (tso?.DisposeAsync() ?? default);
            System.IO.File.Delete(files.Customer);
            System.IO.File.Delete(files.Tso);
        }
    }

    private static async Task DecodesAsync(string file, ushort port, int[] types)
    {
        Assert.Equal("", await Tshark.ReadAsync(file, port, "-Y", "_ws.malformed || _ws.expert.severity == error || tcp.analysis.flags"));
        var decoded = (await Tshark.ReadAsync(file, port, "-Y", "iec60870_asdu", "-T", "fields", "-e", "iec60870_asdu.typeid"))
            .Split([',', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToHashSet();
        Assert.Subset(decoded, types.ToHashSet());
    }

    private static int Record(int port, out TcpRecording recording) => (recording = new TcpRecording(new IPEndPoint(IPAddress.Loopback, port))).Port;

    private static string File(string name) => Path.Combine(Path.GetTempPath(), $"gateway-{Environment.ProcessId}-{name}.pcap");
}
