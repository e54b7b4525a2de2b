using System.Diagnostics;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Benchmarks.Rounds;

/// <summary>The plain way: one thread, BouncyCastle, each bid durable and each receipt signed on its own.</summary>
internal sealed class NaiveExchange : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ve-naive-").FullName;
    private readonly ExchangeJournal _journal;
    private readonly BidSigning _bids;
    private readonly ReceiptSigning _receipts;
    private readonly Dictionary<MemberId, Member> _members;
    private readonly byte[] _secret = SignedMarket.ExchangeKey.ToBytes();

    public NaiveExchange(SignedMarket market)
    {
        _journal = ExchangeJournal.Open(
            Path.Combine(_folder, "journal.db"), new JournalIdentity("naive", market.Domain.ChainId, market.Domain.Contract.ToString()), TimeProvider.System);
        (_bids, _receipts) = (new BidSigning(market.Domain), new ReceiptSigning(market.Domain));
        _members = market.Members.ToDictionary(member => member.Id);
    }

    /// <returns>Seconds for all of them.</returns>
    /// <exception cref="InvalidOperationException">A bid was refused.</exception>
    public async Task<double> AdmitAsync((MemberId Sender, byte[] Payload)[] bids, Period open)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var (sender, payload) in bids)
        {
            if (!WireFormat.TryReadBid(payload, sender, out var message, out _))
            {
                throw new InvalidOperationException("A bid cannot be read.");
            }

            var bid = message.Bid;
            var signed = new SignedBid(bid, _bids.Hash(bid), message.Signature);
            var context = new AdmissionContext(MarketRules.Default, open, _members.GetValueOrDefault(bid.Member), null, SignedMarket.Funds, IsSignedByMember);
            if (AdmissionRules.FirstObjection(signed, context) is { } reason)
            {
                throw new InvalidOperationException($"A bid was refused: {reason}.");
            }

            var digest = _receipts.Digest(ReceiptSigning.LeafOf(ReceiptedBid.Of(signed)));
            var signature = ManagedSecp256k1.Instance.Sign(_secret, digest).ToImmutableBytes();
            var receipt = new BidReceipt(bid.Member, bid.Period, bid.Number, signed.Hash, true, null, null, signature);
            await _journal.AppendBidsAsync([new JournalledBid(signed, receipt)]);
            WireFormat.Write(receipt);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public static bool IsSignedByMember(SignedBid signed) =>
        Signature.TryParse(signed.Signature.AsSpan(), out var signature)
        && ManagedSecp256k1.Instance.Recover(signed.Hash, signature) is { } key && new PublicKey(key).Address.ToMember() == signed.Bid.Member;

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
