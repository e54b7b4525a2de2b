using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Exchange.Metering;

/// <summary>Tells members what their readings are worth: that one counts, signed, or why it does not.</summary>
public sealed class ReadingReceipts(Topics topics, MarketDomain domain, EthereumKey key, MarketPublisher publisher)
{
    private readonly MeterReadingSigning _readings = new(domain);
    private readonly ReadingReceiptSigning _receipts = new(domain);

    /// <summary>The reading is durable and counts.</summary>
    public void Accept(MeterReading reading)
    {
        var hash = _readings.Hash(Metered(reading));
        Send(new ReadingReceipt(
            reading.Member, reading.Period, reading.Number, hash, null,
            _receipts.Sign(new ReceiptedBid(hash, reading.Member, reading.Period, reading.Number), key)));
    }

    /// <param name="reading">As it came, or as it is known.</param>
    /// <param name="reason">A stable code.</param>
    public void Refuse(MeterReading reading, string reason) =>
        Send(new ReadingReceipt(reading.Member, reading.Period, reading.Number, _readings.Hash(Metered(reading)), reason, []));

    /// <summary>No such reading is known here.</summary>
    public void Refuse(DisputedReading reading, string reason) =>
        Send(new ReadingReceipt(reading.Member, reading.Period, reading.Number, default, reason, []));

    /// <summary>A message's reading as it is signed.</summary>
    internal static MeteredEnergy Metered(MeterReading reading) => new(
        reading.Member, reading.Period, reading.Number, reading.Import, reading.Export, reading.Production, reading.Charge, reading.Discharge);

    private void Send(ReadingReceipt receipt) => publisher.Send(topics.Readings(receipt.Member), WireFormat.Write(receipt));
}
