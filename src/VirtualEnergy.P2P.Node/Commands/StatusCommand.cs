using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve status</c>: what the broker's retained messages say of the market.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var broker = new Option<string>("--broker") { Description = "The market's broker.", DefaultValueFactory = _ => "mqtt://127.0.0.1:1883" };
        var community = new Option<string?>("--community") { Description = "Its name; else the one market that the broker serves." };
        var wait = new Option<int>("--wait") { Description = "Seconds to wait for the broker and its answers.", DefaultValueFactory = _ => 5 };
        var member = new Option<string?>("--member") { Description = "Show also how this member's money stands.", HelpName = "0x…" };
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON." };
        var status = new Command("status", """
            Show the market as a node sees it: the open round, the last result, which nodes are there, and what those that audit have found.
            With --member also her money: what she can bid with, how long it lasts, and her mandate.
            Examples: ve status --broker mqtt://192.168.1.10:1883
                      ve status --member 0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc
            """) { broker, community, wait, member, json };
        status.SetAction(async (parsed, cancellation) =>
        {
            var address = BrokerAddress.TryParse(parsed.GetValue(broker), out var known)
                ? known
                : throw new UserErrorException($"--broker {parsed.GetValue(broker)}: write mqtt://host:1883, or mqtts://host:8883 for TLS.");
            var seconds = parsed.GetValue(wait);
            if (seconds is < 1 or > 600)
            {
                throw new UserErrorException($"--wait {seconds}: 1 to 600 seconds.");
            }

            var view = await MarketView.ReadAsync(address, parsed.GetValue(community), TimeSpan.FromSeconds(seconds), TimeProvider.System, cancellation, FundsOptions.AddressOf(parsed, member)?.ToMember()).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(ToJson(view));
            }
            else
            {
                Show(view);
            }

            return 0;
        });
        return status;
    }

    private static void Show(MarketView view)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("what", "how");
        table.AddRow("community", Markup.Escape(view.Market.Community));
        table.AddRow("chain", Text($"{view.Market.ChainId}, contract {view.Market.Contract}"));
        table.AddRow("open round", view.Open is { } open ? Text($"{open.Period}, delivery from {open.DeliveryStart:yyyy-MM-dd HH:mm} UTC, gate closes {open.GateClosesAt:HH:mm:ss}") : "none");
        table.AddRow("last result", view.Last is { } last
            ? last.Price is { } price ? Text($"{last.Period}: {last.Volume.WattHours / 1e3:0.000} kWh at {price.MicroEurPerKWh / 1e4:0.00} ct/kWh, {last.Trades.Length} trades of {last.Bids} bids") : Text($"{last.Period}: nothing traded, {last.Bids} bids")
            : "none");
        table.AddRow("nodes", Text($"{view.Nodes.Count(node => node.Online)} online of {view.Nodes.Count} seen"));
        table.AddRow("audit", AuditOf(view.Nodes));
        if (view.Funds is { } funds)
        {
            table.AddRow("money", Money(funds));
        }

        AnsiConsole.Write(table);
    }

    private static string ToJson(MarketView view) => JsonSerializer.Serialize(new
    {
        community = view.Market.Community,
        chainId = view.Market.ChainId,
        contract = view.Market.Contract,
        exchange = view.Market.Exchange,
        openPeriod = view.Open?.Period.Index,
        gateClosesAt = view.Open?.GateClosesAt,
        lastPeriod = view.Last?.Period.Index,
        lastPriceMicroEurPerKWh = view.Last?.Price?.MicroEurPerKWh,
        lastVolumeWh = view.Last?.Volume.WattHours,
        lastTrades = view.Last?.Trades.Length,
        funds = view.Funds is not { } funds ? null : new
        {
            member = funds.Member.Value,
            level = WireFormat.Code(funds.Outlook.Level),
            availableMicroEur = funds.Outlook.Available.MicroEur,
            spendingMicroEurPerPeriod = funds.Outlook.SpendingPerPeriod.MicroEur,
            lastsPeriods = funds.Outlook.LastsPeriods,
            mostMicroEurPerDay = funds.Mandate?.Most?.MicroEur,
            spentOnDayMicroEur = funds.SpentOnDay.MicroEur,
        },
        nodes = view.Nodes.Select(node => new { member = node.Member.Value, name = node.Name, online = node.Online, audited = node.Audit?.Period.Index, difference = node.Audit?.Difference }),
    });

    private static string AuditOf(IReadOnlyList<NodeStatus> nodes)
    {
        var audits = nodes.Where(node => node is { Online: true, Audit: not null }).Select(node => node.Audit!.Value).ToList();
        if (audits.Count == 0)
        {
            return "no node says that it audits";
        }

        var last = audits.Max(audit => audit.Period.Index);
        var different = audits.Where(audit => audit.Difference is not null).ToList();
        var found = string.Join(", ", different.Select(audit => audit.Difference).Distinct());
        return Text($"{audits.Count} of {nodes.Count} nodes audit, the last period is {last}: ")
            + (different.Count == 0 ? "[green]no difference[/]" : $"[red]{Text($"{different.Count} found a difference, {found}")}[/]; look yourself: ve verify");
    }

    private static string Money(FundsNotice funds)
    {
        var outlook = funds.Outlook;
        var warning = outlook.Level switch
        {
            FundsLevel.Fine => "",
            FundsLevel.Low => " [yellow]runs low: pay in[/]",
            _ => " [red]short: bids are refused, pay in[/]",
        };
        var lasts = outlook.LastsPeriods is { } periods ? $", lasts {periods.ToString(CultureInfo.InvariantCulture)} periods at the recent rate" : "";
        var mandate = funds.Mandate?.Most is { } most ? $"; {Euros.Format(funds.SpentOnDay)} of at most {Euros.Format(most)} EUR spent on the day" : "";
        return $"{Euros.Format(outlook.Available)} EUR to bid with{lasts}{mandate}{warning}";
    }

    private static string Text(FormattableString text) => Markup.Escape(text.ToString(CultureInfo.InvariantCulture));
}
