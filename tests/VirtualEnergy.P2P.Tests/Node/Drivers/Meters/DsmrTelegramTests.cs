using System.Text;
using VirtualEnergy.P2P.Node.Drivers.Meters;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers.Meters;

/// <summary>Telegrams in the form of the P1 companion standard 5.0.2; their checksums were computed by another program.</summary>
public sealed class DsmrTelegramTests
{
    private const string Dutch = """
        /ABC5\TEST-0001

        1-3:0.2.8(50)
        0-0:1.0.0(261129120000W)
        1-0:1.8.1(001234.567*kWh)
        1-0:1.8.2(000765.433*kWh)
        1-0:2.8.1(000100.001*kWh)
        1-0:2.8.2(000200.002*kWh)
        1-0:1.7.0(00.250*kW)
        1-0:2.7.0(01.750*kW)
        0-1:24.2.1(261129115500W)(00981.443*m3)
        !F888

        """;

    private const string InWattHours = """
        /LUX5\TEST-0002

        1-0:1.8.0(006545766*Wh)
        1-0:2.8.0(000000058*Wh)
        1-0:1.7.0(000000286*W)
        1-0:2.7.0(000000000*W)
        !DB0C
        """;

    [Fact]
    public void The_checksum_is_CRC_16_ARC() => Assert.Equal(0xBB3D, DsmrTelegram.Checksum("123456789"u8)); // the check value of the CRC catalogue

    [Fact]
    public void Power_is_what_comes_less_what_goes_and_tariffs_are_added() =>
        Assert.Equal(new DsmrTelegram(250 - 1_750, 1_234_567 + 765_433, 100_001 + 200_002), Read(Dutch));

    [Fact]
    public void A_meter_that_counts_in_whole_watt_hours_reads_the_same() => Assert.Equal(new DsmrTelegram(286, 6_545_766, 58), Read(InWattHours));

    [Fact]
    public void Noise_before_the_telegram_is_skipped() => Assert.Equal(Read(Dutch), Read("garbage\r\n" + Dutch));

    [Theory]
    [InlineData("00.250*kW", "00.251*kW", "wrong checksum")]
    [InlineData("!F888", "!F889", "wrong checksum")]
    [InlineData("!F888", "!", "no checksum")]
    [InlineData("!F888", "!zzzz", "no checksum")]
    [InlineData("/ABC5", "ABC5", "no telegram")]
    public void What_is_not_whole_is_refused(string from, string to, string named)
    {
        Assert.False(DsmrTelegram.TryRead(Bytes(Dutch.Replace(from, to, StringComparison.Ordinal).TrimEnd()), out _, out var refusal));
        Assert.Contains(named, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_telegram_that_says_nothing_of_energy_is_refused()
    {
        Assert.False(DsmrTelegram.TryRead(Bytes("/ABC5\\TEST-0003\n\n1-0:32.7.0(230.1*V)\n!9FDC"), out _, out var refusal));
        Assert.Contains("neither power nor energy", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_telegram_with_any_one_bit_changed_is_refused()
    {
        var whole = Bytes(Dutch);
        var end = Array.LastIndexOf(whole, (byte)'!');
        for (var bit = 0; bit < end * 8; bit++)
        {
            var changed = (byte[])whole.Clone();
            changed[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(DsmrTelegram.TryRead(changed, out _, out _), $"bit {bit}");
        }
    }

    private static DsmrTelegram Read(string text)
    {
        Assert.True(DsmrTelegram.TryRead(Bytes(text), out var telegram, out var refusal), refusal);
        return telegram;
    }

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text.ReplaceLineEndings("\r\n"));
}
