using CsCheck;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Messaging;

/// <summary>No bytes make a reader throw. The seeds are fixed, so a failure comes again.</summary>
public sealed class WireFormatFuzzTests
{
    private const int Tries = 5_000;

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(1);
        for (var i = 0; i < Tries; i++)
        {
            var bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            ReadAsEverything(bytes);
        }
    }

    [Fact]
    public void Valid_messages_with_a_few_bytes_changed_never_throw()
    {
        var random = new Random(2);
        var pool = Valid();
        var stillRead = 0;
        for (var i = 0; i < Tries; i++)
        {
            var bytes = (byte[])pool[random.Next(pool.Length)].Clone();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            stillRead += ReadAsEverything(bytes);
        }

        // Neither trivially refused nor taken as they are: both sides of the readers were reached.
        Assert.InRange(stillRead, Tries / 100, Tries * 7 / 10);
    }

    [Fact]
    public void Valid_messages_cut_spliced_and_escaped_never_throw()
    {
        var random = new Random(3);
        var pool = Valid();
        byte[][] inserts = ["\\ud800"u8.ToArray(), "\\u0000"u8.ToArray(), "\"\\udfff\":1,"u8.ToArray(), [0xC3, 0x28], "1e999"u8.ToArray(), "[[[["u8.ToArray()];
        for (var i = 0; i < Tries; i++)
        {
            var head = pool[random.Next(pool.Length)];
            var tail = random.Next(2) == 0 ? head : pool[random.Next(pool.Length)];
            var cut = random.Next(head.Length);
            ReadAsEverything([.. head[..cut], .. inserts[random.Next(inserts.Length)], .. tail[Math.Min(cut, tail.Length)..]]);
        }
    }

    private static byte[][] Valid()
    {
        List<byte[]> pool = [];
        MessageGens.Bid.Sample(x => pool.Add(WireFormat.Write(x)), iter: 20, threads: 1);
        MessageGens.Receipt.Sample(x => pool.Add(WireFormat.Write(x)), iter: 20, threads: 1);
        MessageGens.Market.Sample(x => pool.Add(WireFormat.Write(x)), iter: 20, threads: 1);
        MessageGens.Announcement.Sample(x => pool.Add(WireFormat.Write(x)), iter: 20, threads: 1);
        MessageGens.Result.Sample(x => pool.Add(WireFormat.Write(x)), iter: 20, threads: 1);
        MessageGens.Reading.Sample(x => pool.Add(WireFormat.Write(x)), iter: 20, threads: 1);
        MessageGens.Deviations.Sample(x => pool.Add(WireFormat.Write(x)), iter: 20, threads: 1);
        MessageGens.ReadingReceipt.Sample(x => pool.Add(WireFormat.Write(x)), iter: 20, threads: 1);
        MessageGens.Dispute.Sample(x => pool.Add(WireFormat.Write(x)), iter: 20, threads: 1);
        MessageGens.Status.Sample(x => pool.Add(WireFormat.Write(x)), iter: 20, threads: 1);
        MessageGens.CurveBid.Sample(x => pool.Add(WireFormat.Write(x)), iter: 20, threads: 1);
        MessageGens.CurveMarket.Sample(x => pool.Add(WireFormat.Write(x)), iter: 20, threads: 1);
        MessageGens.CurvePrice.Sample(x => pool.Add(WireFormat.Write(x)), iter: 20, threads: 1);
        return [.. pool];
    }

    private static int ReadAsEverything(byte[] bytes)
    {
        var read = WireFormat.TryReadBid(bytes, null, out _, out _);
        read |= WireFormat.TryReadReceipt(bytes, out _, out _);
        read |= WireFormat.TryReadMarket(bytes, out _, out _);
        read |= WireFormat.TryReadAnnouncement(bytes, out _, out _);
        read |= WireFormat.TryReadResult(bytes, out _, out _);
        read |= WireFormat.TryReadMeterReading(bytes, out _, out _);
        read |= WireFormat.TryReadDeviations(bytes, out _, out _);
        read |= WireFormat.TryReadReadingReceipt(bytes, out _, out _);
        read |= WireFormat.TryReadDispute(bytes, out _, out _);
        read |= WireFormat.TryReadStatus(bytes, out _, out _);
        read |= WireFormat.TryReadCurveMarket(bytes, out _, out _);
        read |= WireFormat.TryReadCurveBid(bytes, MessageGens.CurveAgent, MessageGens.CurveMatcher, out _, out _);
        read |= WireFormat.TryReadCurveRefusal(bytes, out _, out _);
        read |= WireFormat.TryReadCurvePrice(bytes, out _, out _);
        read |= WireFormat.TryReadCurveAllocation(bytes, out _, out _);
        return read ? 1 : 0;
    }
}
