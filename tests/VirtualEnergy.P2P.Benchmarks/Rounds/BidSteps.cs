using Org.BouncyCastle.Crypto.Digests;
using VirtualEnergy.P2P.Benchmarks.Measuring;
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
    private const int Rounds = 15;

    /// <summary>Medians in µs a bid, by name.</summary>
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
        var (node, oldDigest, hash) = (new byte[64], new KeccakDigest(256), new byte[32]);

        List<(string Name, Action<int> Step)> steps =
        [
            ("read, as nodes write it", i => WireFormat.TryReadBid(payloads[i].Payload, payloads[i].Sender, out _, out _)),
            ("read, as any JSON", i => WireFormat.TryReadBid(payloads[i].Payload, null, out _, out _)),
            ("hash of the bid", i => signing.Hash(bids[i].Bid)),
            ("keccak of 64 bytes", _ => Keccak256.Hash(node)),
            ("keccak of 64 bytes, BouncyCastle", _ =>
            {
                oldDigest.BlockUpdate(node, 0, node.Length);
                oldDigest.DoFinal(hash, 0);
            }),
        ];
        foreach (var library in new ISecp256k1?[] { NativeSecp256k1.Instance, ManagedSecp256k1.Instance }.OfType<ISecp256k1>())
        {
            steps.Add(($"recover, {library.Name}", i => library.Recover(signed[i].Digest, signed[i].Signature)));
            steps.Add(($"check with a known key, {library.Name}", i => library.IsSignedBy(keys[i], signed[i].Digest, signed[i].Signature)));
            steps.Add(($"sign, {library.Name}", i => library.Sign(secret, signed[i].Digest)));
        }

        var samples = Samples.Interleaved(Rounds, [.. steps.Select(step => (Action)(() =>
        {
            for (var i = 0; i < bids.Length; i++)
            {
                step.Step(i);
            }
        }))]);
        return [.. steps.Zip(samples, (step, times) => (step.Name, times.Median * 1e6 / bids.Length))];
    }
}
