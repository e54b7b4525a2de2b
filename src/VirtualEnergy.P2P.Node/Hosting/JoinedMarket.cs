using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Planning;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>The market that a node takes part in, as its description said: topics, signatures, and the agent bound to its rules.</summary>
internal sealed class JoinedMarket
{
    private readonly ReceiptSigning _receipts;
    private readonly ReadingReceiptSigning _readingReceipts;
    private readonly Address _exchange;

    private JoinedMarket(MarketDescription description, HomeAgent agent, SupplierTariff tariff)
    {
        (Description, Agent, Tariff) = (description, agent, tariff);
        Topics = new Topics(description.Community);
        var domain = new MarketDomain(description.ChainId, Address.Parse(description.Contract));
        Domain = domain;
        Bids = new BidSigning(domain);
        Readings = new MeterReadingSigning(domain);
        _receipts = new ReceiptSigning(domain);
        _readingReceipts = new ReadingReceiptSigning(domain);
        _exchange = Address.Parse(description.Exchange);
    }

    public MarketDescription Description { get; }

    public Topics Topics { get; }

    /// <summary>What signatures in this market are for.</summary>
    public MarketDomain Domain { get; }

    public BidSigning Bids { get; }

    public MeterReadingSigning Readings { get; }

    public HomeAgent Agent { get; }

    /// <summary>The home's contract with its supplier, in the market's periods.</summary>
    public SupplierTariff Tariff { get; }

    /// <summary>The last period that the home has run.</summary>
    public Period? LastDelivered { get; set; }

    /// <summary>Keeps the agent, and with it the state of the devices, unless the rules have changed.</summary>
    /// <param name="tariff">In quarters of an hour.</param>
    public static JoinedMarket Join(
        MarketDescription description, JoinedMarket? before, PlannedHome home, SupplierTariff tariff, bool tellsPlan, TimeProvider time, ILogger logger,
        bool keepsAhead = false, bool isMetered = false, MeasuredHistory? history = null, PriceMemory? prices = null)
    {
        if (before is not null && before.Description.Rules == description.Rules)
        {
            return new JoinedMarket(description, before.Agent, before.Tariff) { LastDelivered = before.LastDelivered };
        }

        var ours = On(tariff, description.Rules.Grid);
        var agent = new HomeAgent(home, description.Rules, ours, tellsPlan, time, logger, keepsAhead, isMetered);
        agent.Recall(history?.In(description.Rules.Grid) ?? []);
        agent.RecallPrices(prices?.In(description));
        return new JoinedMarket(description, agent, ours);
    }

    // A longer period has the price of its first quarter of an hour: those of contracts change on the hour.
    private static SupplierTariff On(SupplierTariff tariff, PeriodGrid grid) =>
        grid == PeriodGrid.QuarterHour ? tariff : SupplierTariff.ByRule(period => tariff.At(PeriodGrid.QuarterHour.At(grid.StartOf(period))));

    public bool IsSignedByExchange(BidReceipt receipt) =>
        _receipts.IsSignedBy(
            _exchange, new ReceiptedBid(receipt.BidHash, receipt.Member, receipt.Period, receipt.Number),
            new ReceiptSignature(receipt.Place, receipt.Path, receipt.Signature));

    public bool IsSignedByExchange(ReadingReceipt receipt) =>
        _readingReceipts.IsSignedBy(
            _exchange, new ReceiptedBid(receipt.Reading, receipt.Member, receipt.Period, receipt.Number), receipt.Signature.AsSpan());
}
