using System.Diagnostics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Benchmarks.Rounds;

/// <summary>What the single steps of a bid take on one core, each beside the other way to do it.</summary>
internal static class BidSteps
{
    private const int Bids = 200;
    private const int Rounds = 31;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    /// <summary>Medians in µs of one core a bid, by name.</summary>
    public static IReadOnlyList<(string Name, double Microseconds)> Measure(SignedMarket market)
    {
        var payloads = market.BidsOf(SignedMarket.First).Take(Bids).ToArray();
        var signing = new BidSigning(market.Domain);
        var bids = payloads.Select(payload => WireFormat.TryReadBid(payload.Payload, payload.Sender, out var message, out _) ? message : throw new InvalidOperationException()).ToArray();
        var signed = bids.Select(bid => (
            Digest: signing.Hash(bid.Bid),
            Signature: Signature.TryParse(bid.Signature.AsSpan(), out var signature) ? signature : throw new InvalidOperationException())).ToArray();
        var keys = signed.Select(bid => bid.Signature.RecoverKey(bid.Digest)!).ToArray();
        var secret = SignedMarket.ExchangeKey.ToBytes();
        var node = new byte[64];

        List<(string Name, Action<int> Step)> steps =
        [
            ("read, as nodes write it", i => WireFormat.TryReadBid(payloads[i].Payload, payloads[i].Sender, out _, out _)),
            ("read, as any JSON", i => WireFormat.TryReadBid(payloads[i].Payload, null, out _, out _)),
            ("hash of the bid", i => signing.Hash(bids[i].Bid)),
            ("keccak of 64 bytes", _ => Keccak256.Hash(node)),
        ];
        foreach (var library in new ISecp256k1?[] { NativeSecp256k1.Instance, ManagedSecp256k1.Instance }.OfType<ISecp256k1>())
        {
            steps.Add(($"recover, {library.Name}", i => library.Recover(signed[i].Digest, signed[i].Signature)));
            steps.Add(($"check with a known key, {library.Name}", i => library.IsSignedBy(keys[i], signed[i].Digest, signed[i].Signature)));
            steps.Add(($"sign, {library.Name}", i => library.Sign(secret, signed[i].Digest)));
        }

        return [.. steps.Select(step => (step.Name, Median(step.Step, bids.Length) * 1e6 / bids.Length))];
    }

    // The processor's time and not the clock's: of one core, whatever else the machine does.
    private static double Median(Action<int> step, int bids)
    {
        // Until the step runs as the compiler leaves it in the end.
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;)
        {
            for (var i = 0; i < bids; i++)
            {
                step(i);
            }
        }

        var seconds = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var before = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < bids; i++)
            {
                step(i);
            }

            seconds.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }

        return seconds.Order().ElementAt(Rounds / 2);
    }
}
