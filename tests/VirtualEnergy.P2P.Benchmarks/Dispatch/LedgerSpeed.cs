using System.Diagnostics;
using System.Security.Cryptography;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Benchmarks.Dispatch;

/// <summary>The ledger with a log in memory: what it costs itself, beside the disk that each answer waits for.</summary>
internal sealed record LedgerSpeed(double ReservationsPerSecond, double BytesPerReservation, double ReplayedPerSecond)
{
    public static LedgerSpeed Measure(int homes)
    {
        using var log = new MemoryStream();
        static Hash256 Sha256(ReadOnlySpan<byte> bytes) => new(SHA256.HashData(bytes));
        var period = new Period(1_994_920);
        var names = Enumerable.Range(0, homes).Select(i => new MemberId($"0x{i:x40}")).ToArray();
        var ledger = ReservationLedger.Open([], Sha256, line => log.Write(line.Span), out _);
        Require(ledger.Declare([.. names.Select(name => new HomeCapability(name, period, new(1_000), new(1_000)))]));
        var declared = log.Length;
        var start = Stopwatch.GetTimestamp();
        foreach (var name in names)
        {
            Require(ledger.Reserve(new($"{name}/msd", ReservationChannel.AncillaryServices, 0, [new(new(name, period, RegulationDirection.Up), new(600))])));
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        ReservationLedger.Open(log.GetBuffer().AsSpan(0, (int)log.Length), Sha256, _ => { }, out var whole);
        var replay = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return whole == log.Length
            ? new LedgerSpeed(homes / seconds, (log.Length - declared) / (double)homes, homes / replay)
            : throw new InvalidOperationException("The log did not come back whole.");
    }

    private static void Require(LedgerAnswer answer)
    {
        if (!answer.IsGranted)
        {
            throw new InvalidOperationException(answer.ToString());
        }
    }
}
