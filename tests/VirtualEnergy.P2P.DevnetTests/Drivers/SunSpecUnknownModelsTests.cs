using System.Text;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.Modbus;
using VirtualEnergy.P2P.Node.Drivers.SunSpec;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Drivers;

/// <summary>A device that is SunSpec and has no model that this node reads, as a weather station: over a real socket.</summary>
public sealed class SunSpecUnknownModelsTests
{
    private const int First = 40_000;

    [Fact]
    public async Task It_is_named_with_its_models_once_and_nothing_of_it_is_in_the_book()
    {
        // The mark, a common model of 66 registers with maker, model and serial number at 2, 18 and 50, two models of four registers, the end.
        ushort[] common = [1, 66, .. Text("Maker", 16), .. Text("Sensors", 16), .. Text("", 8), .. Text("1.0", 8), .. Text("S1", 16), 1, 0x8000];
        ushort[] registers = [0x5375, 0x6E53, .. common, 302, 4, 0, 0, 0, 0, 307, 4, 0, 0, 0, 0, 0xFFFF, 0];
        var log = new RecordedLog();
        await using var server = new ModbusTcpServer(
            (_, request) =>
            {
                var (at, count) = ((request.Span[1] << 8 | request.Span[2]) - First, request.Span[4]);
                if (at < 0 || at + count > registers.Length)
                {
                    return ModbusPdu.Refusal(request.Span[0], ModbusFault.IllegalDataAddress);
                }

                return [3, (byte)(2 * count), .. registers.AsSpan(at, count).ToArray().SelectMany(register => (byte[])[(byte)(register >> 8), unchecked((byte)register)])];
            },
            log);
        server.Start();
        var book = new DeviceBook(TimeProvider.System, log);
        await using var driver = new SunSpecDriver(
            new SunSpecDriverOptions("roof", new ModbusAddress("127.0.0.1", server.Port)) { Interval = TimeSpan.FromMilliseconds(10), Timeout = Hang.After }, TimeProvider.System, log);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = driver.RunAsync(book, stop.Token);
        await Waiting.UntilAsync(() => log.Lines.FirstOrDefault(line => line.Contains("roof:", StringComparison.Ordinal)), () => "nothing is said");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.StartsWith("roof: Maker Sensors has models 1, 302, 307, and none that this node reads (101 to 103,", Assert.Single(log.Lines), StringComparison.Ordinal);
        Assert.Empty(book.All());
    }

    private static ushort[] Text(string text, int registers)
    {
        var bytes = Encoding.ASCII.GetBytes(text.PadRight(2 * registers, '\0'));
        return [.. Enumerable.Range(0, registers).Select(i => (ushort)(bytes[2 * i] << 8 | bytes[2 * i + 1]))];
    }
}
