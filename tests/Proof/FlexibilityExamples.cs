using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>A good message of each kind between homes and a balancing service provider, and payloads spoilt by seed.</summary>
internal static class FlexibilityExamples
{
    public static readonly MemberId Home = new("0x" + new string('a', 40));
    public static readonly MemberId Bsp = new("0x" + new string('b', 40));

    private static readonly ImmutableArray<byte> Signature = [.. Enumerable.Repeat((byte)0x11, 65)];
    private static readonly byte[][] Inserts = ["\\ud800"u8.ToArray(), "\"\\udfff\":1,"u8.ToArray(), [0xC3, 0x28], "1e999"u8.ToArray(), "[[[["u8.ToArray(), "-"u8.ToArray(), "9223372036854775807"u8.ToArray()];

    public static readonly byte[][] All =
    [
        WireFormat.Write(Sign(new FlexibilityTerms(Bsp, 1_795_428_000_000, 4, 8, 900, 4))),
        WireFormat.Write(Sign(new HomeHeadroomOffer(Home, Bsp, 7, 1_795_428_900_000,
            [new FlexibilitySpan(new Period(1_994_833), 4, [new(800, new Price(210_000)), new(1_200, new Price(232_687))], [new(1_000, new Price(170_500))], [600, 508], [-450, 0, -452])]))),
        WireFormat.Write(Sign(new HomeHeadroomOffer(Home, Bsp, 8, 0, []))),
        WireFormat.Write(Sign(new NetProgram(Home, Bsp, 7, new Period(1_994_833), [new Energy(120), new Energy(-340), Energy.Zero]))),
        WireFormat.Write(Sign(new FlexibilityOrder(Bsp, Home, 3, 12, FlexibilityOrderKind.Activate, 7, new Period(1_994_833), 4, -1_500, new Price(240_000)))),
        WireFormat.Write(Sign(new FlexibilityOrder(Bsp, Home, 4, 12, FlexibilityOrderKind.Release, 7, new Period(1_994_833), 4, 0, new Price(240_000)))),
        WireFormat.Write(Sign(new FlexibilityReply(Home, Bsp, 3, 12, true, 0, null, null))),
        WireFormat.Write(Sign(new FlexibilityReply(Home, Bsp, 5, 13, false, 0, "not-offered", "Nothing was offered for period 1994840."))),
        WireFormat.Write(Sign(new TelemetrySession(Home, Bsp, 1_795_428_000_000, new Hash256(Enumerable.Repeat((byte)0x22, 32).ToArray()), 21_600))),
        WireFormat.Write(new TelemetrySample(Home, 1_795_428_000_000, 42, 1_795_428_168_000, -1_250, TelemetryQuality.Measured, new Hash256(Enumerable.Repeat((byte)0x33, 32).ToArray()))),
    ];

    /// <summary>A payload with bytes changed, cut, spliced or inserted; some stay good.</summary>
    public static byte[] Spoilt(Random random)
    {
        var bytes = (byte[])All[random.Next(All.Length)].Clone();
        switch (random.Next(4))
        {
            case 0:
                bytes = new byte[random.Next(400)];
                random.NextBytes(bytes);
                return bytes;
            case 1:
                var tail = All[random.Next(All.Length)];
                var cut = random.Next(bytes.Length);
                return [.. bytes[..cut], .. Inserts[random.Next(Inserts.Length)], .. tail[Math.Min(cut, tail.Length)..]];
            case 2:
                var at = random.Next(bytes.Length);
                return [.. bytes[..at], .. Inserts[random.Next(Inserts.Length)], .. bytes[at..]];
            default:
                for (var changes = random.Next(1, 5); changes > 0; changes--)
                {
                    // Digits for digits mostly, so that numbers out of range are reached and not only broken JSON.
                    var place = random.Next(bytes.Length);
                    bytes[place] = bytes[place] is >= (byte)'0' and <= (byte)'9' ? (byte)('0' + random.Next(10)) : (byte)random.Next(256);
                }

                return bytes;
        }
    }

    /// <summary>Reads a payload as every kind: the kinds as which it is good, and what is wrong where one that was read is not written back so that it reads the same.</summary>
    public static (int Good, string? Wrong) Check(byte[] payload)
    {
        var (good, wrong) = (0, (string?)null);
        Try<Signed<FlexibilityTerms>>("terms", WireFormat.TryReadFlexibilityTerms, WireFormat.Write);
        Try<Signed<HomeHeadroomOffer>>("headroom", (ReadOnlySpan<byte> p, out Signed<HomeHeadroomOffer>? m, out string? e) => WireFormat.TryReadHeadroom(p, null, out m, out e), WireFormat.Write);
        Try<Signed<NetProgram>>("program", (ReadOnlySpan<byte> p, out Signed<NetProgram>? m, out string? e) => WireFormat.TryReadProgram(p, null, out m, out e), WireFormat.Write);
        Try<Signed<FlexibilityOrder>>("order", WireFormat.TryReadFlexibilityOrder, WireFormat.Write);
        Try<Signed<FlexibilityReply>>("reply", (ReadOnlySpan<byte> p, out Signed<FlexibilityReply>? m, out string? e) => WireFormat.TryReadFlexibilityReply(p, null, out m, out e), WireFormat.Write);
        Try<Signed<TelemetrySession>>("session", (ReadOnlySpan<byte> p, out Signed<TelemetrySession>? m, out string? e) => WireFormat.TryReadTelemetrySession(p, null, out m, out e), WireFormat.Write);
        Try<TelemetrySample>("sample", (ReadOnlySpan<byte> p, out TelemetrySample? m, out string? e) => WireFormat.TryReadTelemetrySample(p, null, out m, out e), WireFormat.Write);
        return (good, wrong);

        void Try<T>(string kind, Reader<T> read, Func<T, byte[]> write)
            where T : class
        {
            if (!read(payload, out var message, out var error))
            {
                wrong ??= string.IsNullOrWhiteSpace(error) || error.Length > 2_000 ? $"{kind}: refused without a reason" : null;
                return;
            }

            good++;
            var written = write(message!);
            if (!read(written, out var again, out _) || !message!.Equals(again))
            {
                wrong ??= $"{kind}: reads differently when written again";
            }
        }
    }

    private delegate bool Reader<T>(ReadOnlySpan<byte> payload, out T? message, out string? error);

    private static Signed<T> Sign<T>(T content)
        where T : class => new(content, Signature);
}
