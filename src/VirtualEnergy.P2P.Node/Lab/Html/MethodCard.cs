using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>How it was done, what each measure means, and how to do it again.</summary>
internal static class MethodCard
{
    private static readonly (string Term, string Meaning)[] Terms =
    [
        ("Replay", "Every mechanism gets the same homes with batteries and appliances of its own, the same profiles, the same supplier. In each quarter of an hour every home's agent bids, the mechanism clears, trades are paired, and the agent runs the home with what it was allotted. Batteries then follow the trades, so the books of later periods differ between mechanisms."),
        ("Not in it", "No chain, no broker, no signature. Where a real round takes the hash of a signed bid to break ties and to order arrivals, the replay takes a number that follows from the seed, the period and the home; the lots that MUDA draws follow from the seed and the period. Agents know their own load and sun of the period, and of the day ahead."),
        ("Bids", "Agents bid the same way everywhere: what energy is worth to the home, its margin included. Members who learn what a mechanism pays would bid otherwise, most of all where each pays or gets her own price. So a figure says what a mechanism does with these bids, not what bids it would get in the long run."),
        ("Welfare of the optimum", "Welfare is the sum of (buyer's limit − seller's limit) × energy over all trades. The optimum is the most that the orders of the same book allow: highest buyer with lowest seller. Each mechanism is measured against the books that it was given, summed over the span."),
        ("Buyers', sellers', market account's part", "Limits less payments of buyers, receipts less limits of sellers, and what a mechanism takes in beside: the spread of huang, the fees of muda. The three add up to the welfare achieved, to a billionth of a euro. Fees count against the side of the member who pays them."),
        ("Price", "What sellers get; a mean is weighted by energy. Lowest and highest are means of one quarter of an hour. Buyers pay more where there is a spread."),
        ("Supplier only", "The same homes without a market: batteries serve their own home, all else is bought from and sold to the supplier."),
        ("Cost", "Payments in the market and to the supplier, less receipts. The market account belongs to the community, so that the community's cost is the members' less what the account took in: what goes to the supplier. Energy left in batteries at the end is not priced; it is shown."),
        ("Savings", "As the exchange's accounts have it: for the flows that the meter saw, what the supplier would have asked, less what the member paid in the market and to the supplier. A battery that trades moves more energy through the meter than it would alone, so that savings and the difference to supplier-only are two things."),
        ("Jain's index", "(Σx)² / (n · Σx²), x = a member's savings for each kWh through its meter, import and export together; members without any are left out. The index is not defined for losses: they count as 0, and members who lose are counted in a line of their own."),
        ("Self-sufficiency", "Consumption that was not bought from the supplier, as a part of all consumption."),
        ("Numbers", "Energy in whole Wh, money in whole µEUR, welfare in whole nEUR; ratios are formed once, at the end. The same command gives the same page, byte by byte."),
    ];

    public static string Of(ReportData data, string commandLine)
    {
        var prices = data.Plan.Span.Periods.Select(data.Plan.Tariff.At).ToList();
        var asked = Span(prices.Select(price => price.Import));
        var given = Span(prices.Select(price => price.Export));
        var rules = data.Plan.Rules;
        return Card.Of("", "How this was made",
                $"The supplier asks {asked} and pays {given} ct/kWh. Market rules: tick {rules.TickMicroEurPerKWh / 1e4:0.##} ct/kWh, floor {rules.Floor.MicroEurPerKWh / 1e4:0.##} and cap {rules.Cap.MicroEurPerKWh / 1e4:0.##} ct/kWh, k = {rules.KThousandths / 1e3:0.##}, no fees and no limits between zones. Seed {data.Plan.Seed}.",
                $"<dl class=\"terms\">{string.Concat(Terms.Select(term => $"<div><dt>{Svg.Text(term.Term)}</dt><dd>{Svg.Text(term.Meaning)}</dd></div>\n"))}</dl>\n")
            + Card.Of("", "Do it again", "With the same data this gives the same result. --html, --csv, --parquet and --json say where to and in which form.", $"<pre><code>{Svg.Text(commandLine)}</code></pre>\n");
    }

    private static string Span(IEnumerable<Price> prices)
    {
        var cents = prices.Select(price => price.MicroEurPerKWh / 1e4).ToList();
        return cents.Min() == cents.Max() ? $"{cents.Min():0.##}" : $"{cents.Min():0.##} to {cents.Max():0.##}";
    }
}
