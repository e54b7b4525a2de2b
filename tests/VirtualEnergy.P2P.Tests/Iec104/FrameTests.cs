using VirtualEnergy.P2P.Iec104.Frames;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Iec104;

public sealed class FrameTests
{
    [Theory]
    // The first octet of the control field: function bits 2 to 7 above 11 in binary.
    [InlineData(LinkFunction.StartActivation, "680407000000")]
    [InlineData(LinkFunction.StartConfirmation, "68040B000000")]
    [InlineData(LinkFunction.StopActivation, "680413000000")]
    [InlineData(LinkFunction.StopConfirmation, "680423000000")]
    [InlineData(LinkFunction.TestActivation, "680443000000")]
    [InlineData(LinkFunction.TestConfirmation, "680483000000")]
    public void The_six_functions_have_one_frame_each(LinkFunction function, string hex)
    {
        Span<byte> frame = stackalloc byte[6];
        Apci.Unnumbered(function).Write(frame, 0);
        Assert.Equal(hex, Convert.ToHexString(frame));
        Assert.True(Apci.TryRead(frame, out var read, out _));
        Assert.Equal((FrameFormat.U, function), (read.Format, read.Function));
    }

    [Fact]
    public void Sequence_numbers_stand_above_the_lowest_bit_low_octet_first()
    {
        // N(S) = 300 = 0x12C, shifted left by one 0x258; N(R) = 32767 = 0x7FFF, shifted 0xFFFE. Length 4 + 10 = 0x0E.
        Span<byte> frame = stackalloc byte[16];
        Apci.Information(new SequenceNumber(300), new SequenceNumber(32767)).Write(frame, 10);
        Assert.Equal("680E5802FEFF", Convert.ToHexString(frame[..6]));
        Assert.True(Apci.TryRead(frame, out var read, out _));
        Assert.Equal((300, 32767), (read.Send.Value, read.Receive.Value));

        Apci.Supervisory(new SequenceNumber(32767)).Write(frame, 0);
        Assert.Equal("68040100FEFF", Convert.ToHexString(frame[..6]));
    }

    [Fact]
    public void After_32767_comes_0()
    {
        Assert.Equal(new SequenceNumber(0), new SequenceNumber(32767).Next);
        Assert.Equal(1, new SequenceNumber(0).Since(new SequenceNumber(32767)));
        Assert.Equal(32767, new SequenceNumber(32767).Since(new SequenceNumber(0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SequenceNumber(32768));
    }

    [Theory]
    [InlineData("690407000000", FrameFault.StartByte)]
    [InlineData("6803070000", FrameFault.TooShort)]
    [InlineData("68FE07000000", FrameFault.TooLong)]
    public void A_stream_is_given_up_at_the_first_byte_that_cannot_be_right(string hex, FrameFault fault)
    {
        // Whole, and byte by byte: after a right frame, the same fault.
        var bytes = Convert.FromHexString("680483000000" + hex);
        foreach (var step in new[] { bytes.Length, 1 })
        {
            var (frames, met) = FramesOf(bytes, step);
            Assert.Equal((1, fault), (frames.Count, met));
        }
    }

    [Theory]
    [InlineData("680403000000", FrameFault.UnknownFunction)]
    [InlineData("68040F000000", FrameFault.UnknownFunction)]
    [InlineData("680407010000", FrameFault.UnknownFunction)]
    [InlineData("680407000100", FrameFault.ReservedBits)]
    [InlineData("680405000000", FrameFault.ReservedBits)]
    [InlineData("680401000100", FrameFault.ReservedBits)]
    [InlineData("680507000000AA", FrameFault.UnexpectedAsdu)]
    [InlineData("680501000000AA", FrameFault.UnexpectedAsdu)]
    [InlineData("680400000000", FrameFault.MissingAsdu)]
    [InlineData("680500000100AA", FrameFault.ReservedBits)]
    public void A_control_field_that_is_of_no_format_is_refused_by_name(string hex, FrameFault fault)
    {
        Assert.False(Apci.TryRead(Convert.FromHexString(hex), out _, out var met));
        Assert.Equal(fault, met);
    }

    [Fact]
    public void Frames_of_every_length_come_out_whole_however_they_were_cut()
    {
        var random = new Random(1);
        var sent = new List<byte[]>();
        for (var length = 1; length <= Apci.MaxAsdu; length++)
        {
            var frame = new byte[Apci.Size + length];
            random.NextBytes(frame.AsSpan(Apci.Size));
            Apci.Information(new SequenceNumber(length), default).Write(frame, length);
            sent.Add(frame);
        }

        var stream = sent.SelectMany(frame => frame).ToArray();
        foreach (var step in new[] { 1, 2, 3, 5, 7, 254, 255, 256, 1_000, stream.Length })
        {
            var (frames, fault) = FramesOf(stream, step);
            Assert.Equal(FrameFault.None, fault);
            Assert.Equal(sent.Select(Convert.ToHexString), frames);
        }
    }

    private static (List<string> Frames, FrameFault Fault) FramesOf(byte[] bytes, int step)
    {
        var framer = new Framer();
        var frames = new List<string>();
        for (var at = 0; at < bytes.Length; at += step)
        {
            ReadOnlySpan<byte> input = bytes.AsSpan(at, Math.Min(step, bytes.Length - at));
            while (framer.TryRead(ref input, out var frame))
            {
                frames.Add(Convert.ToHexString(frame));
            }
        }

        return (frames, framer.Fault);
    }
}
