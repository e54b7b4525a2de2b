using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.DevnetTests.Nodes;

/// <summary>
/// What an exchange answers to bids and readings. A node sends again what nobody answers for some seconds, and on a busy machine that would be heard in the place of what a
/// test waits for.
/// </summary>
/// <param name="link">The exchange's.</param>
/// <param name="topics">The community's.</param>
/// <param name="domain">What signatures are for.</param>
/// <param name="exchange">Signs receipts.</param>
internal sealed class PlayedReceipts(MqttLink link, Topics topics, MarketDomain domain, EthereumKey exchange)
{
    private readonly BidSigning _bids = new(domain);
    private readonly ReceiptSigning _bidReceipts = new(domain);
    private readonly MeterReadingSigning _readings = new(domain);
    private readonly ReadingReceiptSigning _readingReceipts = new(domain);
    private readonly HashSet<BidMessage> _heardBids = [];
    private readonly HashSet<MeterReading> _heardReadings = [];

    /// <summary>Answers a bid each time it comes.</summary>
    /// <param name="message">The bid.</param>
    /// <param name="refusal">Code and detail where it is refused; null where it is admitted.</param>
    /// <param name="cancellation">Of the link's handler.</param>
    /// <returns>Whether it is heard for the first time.</returns>
    public async Task<bool> AnswerAsync(BidMessage message, (string Reason, string Detail)? refusal, CancellationToken cancellation)
    {
        var bid = message.Bid;
        var signed = new SignedBid(bid, _bids.Hash(bid), message.Signature);
        var receipt = new BidReceipt(bid.Member, bid.Period, bid.Number, signed.Hash, refusal is null, refusal?.Reason, refusal?.Detail, []);
        if (refusal is null)
        {
            var signature = _bidReceipts.Sign([ReceiptedBid.Of(signed)], exchange)[0];
            receipt = receipt with { Signature = signature.Signature, Place = signature.Place, Path = signature.Path };
        }

        await link.PublishAsync(topics.Receipts(bid.Member), WireFormat.Write(receipt), retain: false, cancellation);
        return _heardBids.Add(message);
    }

    /// <summary>Answers a reading each time it comes: it counts.</summary>
    /// <param name="reading">The reading.</param>
    /// <param name="cancellation">Of the link's handler.</param>
    /// <returns>Whether it is heard for the first time.</returns>
    public async Task<bool> AnswerAsync(MeterReading reading, CancellationToken cancellation)
    {
        var hash = _readings.Hash(new MeteredEnergy(
            reading.Member, reading.Period, reading.Number, reading.Import, reading.Export, reading.Production, reading.Charge, reading.Discharge));
        var signature = _readingReceipts.Sign(new ReceiptedBid(hash, reading.Member, reading.Period, reading.Number), exchange);
        await link.PublishAsync(
            topics.Readings(reading.Member), WireFormat.Write(new ReadingReceipt(reading.Member, reading.Period, reading.Number, hash, null, signature)), retain: false, cancellation);
        return _heardReadings.Add(reading);
    }
}
