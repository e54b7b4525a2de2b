using CsCheck;
using VirtualEnergy.P2P.Node.Drivers.Modbus;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers.Modbus;

public sealed class ModbusFrameReaderTests
{
    [Fact]
    public void The_specifications_example_of_a_read_is_framed_as_it_stands_there()
    {
        // MODBUS Application Protocol V1.1b3, 6.3: read 3 holding registers from 0x006B is 03 00 6B 00 03; MBAP with transaction 1, unit 0xFF.
        var frame = new ModbusFrame(1, 0xFF, ModbusPdu.Read(ModbusPdu.ReadHoldingRegisters, 0x6B, 3));
        Assert.Equal("000100000006FF03006B0003", Convert.ToHexString(frame.ToBytes()));
    }

    [Fact]
    public void The_specifications_example_of_an_answer_is_read()
    {
        // 6.3: 03 06 02 2B 00 00 00 64 are registers 0x022B, 0 and 0x64.
        Assert.Equal([0x022B, 0, 0x64], ModbusPdu.RegistersOf(ModbusPdu.Read(3, 0x6B, 3), Convert.FromHexString("0306022B00000064")));
    }

    [Fact]
    public void The_specifications_example_of_writing_two_registers_is_written_and_confirmed()
    {
        // 6.12: 10 00 01 00 02 04 00 0A 01 02 is confirmed by 10 00 01 00 02.
        var request = ModbusPdu.WriteMultiple(1, [0x000A, 0x0102]);
        Assert.Equal("100001000204000A0102", Convert.ToHexString(request));
        ModbusPdu.CheckWritten(request, Convert.FromHexString("1000010002"));
        Assert.Throws<ModbusException>(() => ModbusPdu.CheckWritten(request, Convert.FromHexString("1000010001")));
    }

    [Fact]
    public void An_exception_is_told_by_its_name()
    {
        var error = Assert.Throws<ModbusException>(() => ModbusPdu.RegistersOf(ModbusPdu.Read(3, 0, 1), [0x83, 2]));
        Assert.Equal(ModbusFault.IllegalDataAddress, error.Fault);
        Assert.Contains("IllegalDataAddress", error.Message, StringComparison.Ordinal);
        Assert.Contains("exception 77", Assert.Throws<ModbusException>(() => ModbusPdu.RegistersOf(ModbusPdu.Read(3, 0, 1), [0x83, 77])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("03")]
    [InlineData("030200")]
    [InlineData("0304000000")]
    [InlineData("0402000A")]
    [InlineData("03020001FF")]
    [InlineData("8302FF")]
    public void An_answer_that_does_not_belong_to_the_request_is_refused(string answer) =>
        Assert.Null(Assert.Throws<ModbusException>(() => ModbusPdu.RegistersOf(ModbusPdu.Read(3, 0, 1), Convert.FromHexString(answer))).Fault);

    [Fact]
    public void However_a_stream_is_cut_the_same_messages_come_out() =>
        Gen.Select(Gen.Byte.Array[1, ModbusFrame.MostPduBytes].Array[1, 6], Gen.Int[1, 40].Array[1, 10]).Sample((pdus, cuts) =>
        {
            var frames = pdus.Select((pdu, i) => new ModbusFrame((ushort)(i * 7919), (byte)i, pdu)).ToList();
            ReadOnlySpan<byte> stream = frames.SelectMany(frame => frame.ToBytes()).ToArray();
            var (reader, read) = (new ModbusFrameReader(), new List<ModbusFrame>());
            for (var at = 0; !stream.IsEmpty; at++)
            {
                var piece = stream[..Math.Min(stream.Length, cuts[at % cuts.Length])];
                stream = stream[piece.Length..];
                while (reader.TryRead(ref piece, out var frame))
                {
                    read.Add(frame);
                }
            }

            return reader.Waiting == 0 && read.Count == frames.Count
                && read.Zip(frames).All(pair => pair.First.Transaction == pair.Second.Transaction && pair.First.Unit == pair.Second.Unit && pair.First.Pdu.Span.SequenceEqual(pair.Second.Pdu.Span));
        }, iter: 500);

    [Theory]
    [InlineData("00010001000601")] // another protocol
    [InlineData("00010000000101")] // no function code
    [InlineData("0001000000FF01")] // 255 bytes: one more than there can be
    [InlineData("474554202F2048")] // "GET / H"
    public void A_stream_that_is_not_Modbus_is_named_at_its_header(string header) => Assert.Contains(
        "Not Modbus TCP",
        Assert.Throws<ModbusException>(() =>
        {
            ReadOnlySpan<byte> bytes = Convert.FromHexString(header);
            new ModbusFrameReader().TryRead(ref bytes, out _);
        }).Message,
        StringComparison.Ordinal);
}
