using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Frames;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Iec104;

public sealed class AsduTests
{
    private static readonly CommonAddress Station = new(0x0102);
    private static readonly ObjectAddress Object = new(0x010203);

    // 2026-11-29 is a Sunday (7): 15:04:05.678. 5,678 ms = 0x162E; minute 4; hour 15 = 0x0F; day 29 | 7 << 5 = 0xFD; month 11 = 0x0B; year 26 = 0x1A.
    private static readonly Cp56Time2a Time = Cp56Time2a.FromUtc(new DateTimeOffset(2026, 11, 29, 15, 4, 5, 678, TimeSpan.Zero));
    private const string TimeHex = "2E16040FFD0B1A";

    // 1.5f = 0x3FC00000; −2 as 16 bits = 0xFFFE; 0.5 normalised = 16384 = 0x4000; 100000 = 0x000186A0. All low octet first.
    public static TheoryData<InformationObject, string> Objects => new()
    {
        { InformationObject.SinglePoint(Object, on: true), "01" },
        { InformationObject.SinglePoint(Object, on: false, Quality.Invalid | Quality.NotTopical), "C0" },
        { InformationObject.DoublePoint(Object, DoublePointState.On, Quality.Blocked | Quality.Substituted), "32" },
        { InformationObject.MeasuredNormalized(Object, NormalizedValue.From(0.5)), "004000" },
        { InformationObject.MeasuredScaled(Object, -2, Quality.Overflow), "FEFF01" },
        { InformationObject.MeasuredShortFloat(Object, 1.5f), "0000C03F00" },
        { InformationObject.IntegratedTotal(Object, 100_000, 31, CounterQuality.Carry), "A08601003F" },
        { InformationObject.SinglePoint(Object, on: true, time: Time), "01" + TimeHex },
        { InformationObject.DoublePoint(Object, DoublePointState.Off, time: Time), "01" + TimeHex },
        { InformationObject.MeasuredNormalized(Object, NormalizedValue.From(-1), time: Time), "008000" + TimeHex },
        { InformationObject.MeasuredScaled(Object, 258, time: Time), "020100" + TimeHex },
        { InformationObject.MeasuredShortFloat(Object, float.NaN, Quality.Invalid, Time), "0000C0FF80" + TimeHex },
        { InformationObject.IntegratedTotal(Object, -1, time: Time), "FFFFFFFF00" + TimeHex },
        { InformationObject.SingleCommand(Object, on: true, CommandQualifier.LongPulse), "09" },
        { InformationObject.SingleCommand(Object, on: false).AsSelect(), "80" },
        { InformationObject.DoubleCommand(Object, DoublePointState.On, CommandQualifier.Persistent), "0E" },
        { InformationObject.SetPointNormalized(Object, NormalizedValue.From(0.5)), "004000" },
        { InformationObject.SetPointScaled(Object, -2).AsSelect(), "FEFF80" },
        { InformationObject.SetPointShortFloat(Object, 1.5f), "0000C03F00" },
        { InformationObject.SingleCommand(Object, on: true, time: Time), "01" + TimeHex },
        { InformationObject.DoubleCommand(Object, DoublePointState.Off, time: Time), "01" + TimeHex },
        { InformationObject.SetPointNormalized(Object, NormalizedValue.From(0.5), Time), "004000" + TimeHex },
        { InformationObject.SetPointScaled(Object, 1, Time), "010000" + TimeHex },
        { InformationObject.SetPointShortFloat(Object, 1.5f, Time), "0000C03F00" + TimeHex },
        { InformationObject.EndOfInitialization(2, afterChangeOfParameters: true), "82" },
        { InformationObject.Interrogation(), "14" },
        { InformationObject.Interrogation(16), "24" },
        { InformationObject.CounterInterrogation(), "05" },
        { InformationObject.CounterInterrogation(2, CounterFreeze.FreezeAndReset), "82" },
        { InformationObject.ClockSynchronization(Time), TimeHex },
        { InformationObject.ResetProcess(), "01" },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public void Every_type_is_written_and_read_octet_by_octet(InformationObject item, string hex)
    {
        // Type, count 1, cause 3 with P/N (0x40) and T (0x80), originator 7, station 0x0102 and object low octet first.
        var expected = $"{(byte)item.Type:X2}01C3070201{(item.Address.Value == 0 ? "000000" : "030201")}{hex}";
        var written = AsduWriter.Single(item, new CauseOfTransmission(Cause.Spontaneous, IsNegative: true, IsTest: true, Originator: 7), Station);
        Assert.Equal(expected, Convert.ToHexString(written));

        Assert.True(Asdu.TryRead(written, out var asdu, out var fault), fault.ToString());
        Assert.Equal((item.Type, Station, 1), (asdu.Type, asdu.Address, asdu.Count));
        foreach (var read in asdu)
        {
            Assert.Equal(item, read);
        }
    }

    [Fact]
    public void All_types_of_the_list_are_there()
    {
        byte[] asked = [1, 3, 9, 11, 13, 30, 31, 34, 35, 36, 45, 46, 48, 49, 50, 58, 61, 62, 63, 70, 100, 101, 103, 105];
        Assert.Equal(asked.Concat<byte>([15, 37, 59]).Order(), Objects.Select(row => (byte)row.Data.Item1.Type).Distinct().Order());
        Assert.Equal(27, Enumerable.Range(0, 256).Count(number => ((AsduType)number).IsKnown()));
    }

    [Fact]
    public void A_sequence_has_one_address_and_its_objects_follow()
    {
        var writer = new AsduWriter(stackalloc byte[249], AsduType.MeasuredScaled, new CauseOfTransmission(Cause.InterrogatedByStation), Station, sequence: true);
        Assert.True(writer.TryAdd(InformationObject.MeasuredScaled(new ObjectAddress(7), 1)));
        Assert.True(writer.TryAdd(InformationObject.MeasuredScaled(new ObjectAddress(8), 2)));
        Assert.False(writer.TryAdd(InformationObject.MeasuredScaled(new ObjectAddress(10), 3)));

        // SQ = 0x80 with count 2; cause 20 = 0x14; one address 7, then two values with quality.
        Assert.Equal("0B8214000201" + "070000" + "010000" + "020000", Convert.ToHexString(writer.Written));
        Assert.True(Asdu.TryRead(writer.Written, out var asdu, out _));
        var read = new List<(int, short)>();
        foreach (var item in asdu)
        {
            read.Add((item.Address.Value, item.Scaled));
        }

        Assert.Equal([(7, (short)1), (8, (short)2)], read);
    }

    [Theory]
    // 249 octets less 6 of the header: single points take 3 + 1, floats 3 + 5, floats with time 3 + 12; a sequence of single points is held at 127.
    [InlineData(AsduType.SinglePoint, false, 60)]
    [InlineData(AsduType.MeasuredShortFloat, false, 30)]
    [InlineData(AsduType.MeasuredShortFloatTimed, false, 16)]
    [InlineData(AsduType.SinglePoint, true, 127)]
    [InlineData(AsduType.MeasuredShortFloat, true, 48)]
    public void An_asdu_takes_as_many_objects_as_fit(AsduType type, bool sequence, int expected)
    {
        var writer = new AsduWriter(new byte[1_000], type, new CauseOfTransmission(Cause.Spontaneous), Station, sequence);
        var count = 0;
        while (writer.TryAdd(Sample(type, ++count)))
        {
        }

        Assert.Equal(expected, writer.Count);
        Assert.True(writer.Written.Length <= Apci.MaxAsdu);
        Assert.True(Asdu.TryRead(writer.Written, out var asdu, out _));
        Assert.Equal(expected, asdu.Count);
    }

    [Theory]
    [InlineData("0101030001", AsduFault.TooShort)]
    [InlineData("02010300010001000001", AsduFault.UnknownType)]
    [InlineData("01010000010001000001", AsduFault.UnknownCause)]
    [InlineData("01010E00010001000001", AsduFault.UnknownCause)]
    [InlineData("01010300000001000001", AsduFault.CommonAddress)]
    [InlineData("010003000100", AsduFault.Count)]
    [InlineData("2D02060001000100000101000001", AsduFault.Count)]
    [InlineData("2D81060001000100000", AsduFault.Sequence)]
    [InlineData("010203000100FFFFFF01", AsduFault.Length)]
    [InlineData("0101030001000100000100", AsduFault.Length)]
    [InlineData("018203000100FFFFFF0101", AsduFault.Sequence)]
    [InlineData("64010600010001000014", AsduFault.ObjectAddress)]
    [InlineData("01010300010001000003", AsduFault.ReservedBits)]
    [InlineData("03010300010001000006", AsduFault.ReservedBits)]
    [InlineData("2D010600010001000003", AsduFault.ReservedBits)]
    [InlineData("2E010600010001000000", AsduFault.Value)]
    [InlineData("2E010600010001000003", AsduFault.Value)]
    [InlineData("64010600010000000013", AsduFault.Value)]
    [InlineData("65010600010000000006", AsduFault.Value)]
    [InlineData("69010600010000000003", AsduFault.Value)]
    // 60,000 ms = 0xEA60: a 60th second.
    [InlineData("670106000100000000" + "60EA040FFD0B1A", AsduFault.Time)]
    public void What_is_wrong_is_refused_by_name(string hex, AsduFault expected)
    {
        // An odd digit stands for a cut octet; the fault of the header comes first.
        var octets = Convert.FromHexString(hex[..(hex.Length & ~1)]);
        Assert.False(Asdu.TryRead(octets, out _, out var fault));
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void A_value_cannot_be_built_wrong()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CommonAddress(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ObjectAddress(0x1000000));
        Assert.Throws<ArgumentOutOfRangeException>(() => NormalizedValue.From(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => NormalizedValue.From(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => InformationObject.SetPointShortFloat(Object, float.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => InformationObject.MeasuredShortFloat(Object, float.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => InformationObject.SinglePoint(Object, on: true, Quality.Overflow));
        Assert.Throws<ArgumentOutOfRangeException>(() => InformationObject.DoubleCommand(Object, DoublePointState.Indeterminate));
        Assert.Throws<ArgumentOutOfRangeException>(() => InformationObject.SingleCommand(Object, on: true, (CommandQualifier)32));
        Assert.Throws<ArgumentOutOfRangeException>(() => InformationObject.Interrogation(17));
        Assert.Throws<ArgumentOutOfRangeException>(() => InformationObject.CounterInterrogation(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => InformationObject.IntegratedTotal(Object, 0, 32));
        Assert.Throws<InvalidOperationException>(() => InformationObject.Interrogation().IsOn);
        Assert.Throws<InvalidOperationException>(() => InformationObject.SinglePoint(Object, on: true).Time);
    }

    [Fact]
    public void Reading_and_writing_allocate_nothing()
    {
        var octets = new byte[Apci.MaxAsdu];
        var sum = Round(octets);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            sum += Round(octets);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1_001 * 30 * 1.5, sum); // thirty floats to an ASDU
    }

    private static double Round(byte[] octets)
    {
        var writer = new AsduWriter(octets, AsduType.MeasuredShortFloat, new CauseOfTransmission(Cause.Spontaneous), Station);
        while (writer.TryAdd(InformationObject.MeasuredShortFloat(Object, 1.5f)))
        {
        }

        Asdu.TryRead(writer.Written, out var asdu, out _);
        var sum = 0.0;
        foreach (var item in asdu)
        {
            sum += item.ShortFloat;
        }

        return sum;
    }

    private static InformationObject Sample(AsduType type, int address) => type switch
    {
        AsduType.SinglePoint => InformationObject.SinglePoint(new ObjectAddress(address), on: true),
        AsduType.MeasuredShortFloat => InformationObject.MeasuredShortFloat(new ObjectAddress(address), 1),
        _ => InformationObject.MeasuredShortFloat(new ObjectAddress(address), 1, time: Time),
    };
}
