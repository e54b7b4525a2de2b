using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Balancing;
using VirtualEnergy.P2P.Node.Configuration;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve flexibility</c>: what the home offers its balancing service provider, has promised, delivered and earned.</summary>
internal static class FlexibilityCommand
{
    private const int MostOrders = 10;

    public static Command Create()
    {
        var config = new Option<string>("--config") { Description = "The home's configuration file; its flexibility names a book.", Required = true };
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON." };
        var command = new Command("flexibility", """
            Show what the home offers to its balancing service provider (BSP) by its last offer, which orders it has promised, and what it has delivered and
            earned. It reads the book that ve node run writes; it asks nobody.
              "flexibility": { "bsp": "0x3c44…93bc", "up": true, "down": true, "minimumPriceMicroEurPerKWh": 150000, "book": "anna.flexibility" }
            Examples: ve flexibility --config home.json
                      ve flexibility --config home.json --json
            """) { config, json };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(config)!;
            var source = HomeConfig.Read(path).Flexibility ?? throw new UserErrorException($"{path} has no flexibility: the home offers nothing; see ve flexibility --help.");
            if (source.Book is not { } file)
            {
                throw new UserErrorException($"{path}: flexibility names no book, so that nothing is kept to show.");
            }

            var view = View.Of(source.Open(), file, TimeProvider.System.GetUtcNow());
            if (parsed.GetValue(json))
            {
                Console.WriteLine(view.ToJson());
            }
            else
            {
                view.Show();
            }

            return 0;
        });
        return command;
    }

    private sealed record View(FlexibilityConsent Consent, HomeHeadroomOffer? Offer, ImmutableArray<HeldOrder> Orders, FlexibilityTotals Totals, DateTimeOffset Now)
    {
        public static View Of(FlexibilityConsent consent, string path, DateTimeOffset now)
        {
            var book = FlexibilityBook.Open(path, PeriodGrid.QuarterHour, NullLogger.Instance, isReading: true);
            var offered = FlexibilityBook.OfferBeside(path);
            var offer = File.Exists(offered) && WireFormat.TryReadHeadroom(InputFile.Read(offered, () => File.ReadAllBytes(offered)), null, out var read, out _) ? read.Content : null;
            return new View(consent, offer, [.. book.Orders.Reverse().Take(MostOrders)], book.Totals, now);
        }

        public string ToJson() => JsonSerializer.Serialize(new
        {
            bsp = Consent.Bsp.Value,
            up = Consent.Up,
            down = Consent.Down,
            offer = Offer is null ? null : new
            {
                number = Offer.Number,
                expiresAt = DateTimeOffset.FromUnixTimeMilliseconds(Offer.ExpiresAt),
                spans = Offer.Spans.Select(span => new { period = span.First.Index, periods = span.Periods, up = Steps(span.Up), down = Steps(span.Down) }),
            },
            orders = Orders.Select(order => new
            {
                id = order.Id, period = order.First.First.Index, periods = order.First.Periods, watts = order.Watts, priceMicroEurPerKWh = order.First.Price.MicroEurPerKWh,
                calledWatts = order.WattsAt(Now), over = order.Until <= Now,
            }),
            promised = Orders.Count(order => order.Until > Now),
            accepted = Totals.Orders,
            calledWh = Totals.Called.WattHours,
            deliveredWh = Totals.Delivered.WattHours,
            earnedMicroEur = Totals.Earned.MicroEur,
        });

        public void Show()
        {
            var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("what", "how");
            table.AddRow("orders of", Markup.Escape(Consent.Bsp.Value));
            table.AddRow("allowed", (Consent.Up, Consent.Down) switch { (true, true) => "less and more from the grid", (true, false) => "less from the grid", _ => "more from the grid" });
            table.AddRow("offered", Offered());
            foreach (var order in Orders)
            {
                var state = order.Until <= Now ? "over" : order.WattsAt(Now) is var watts && watts != 0 ? Text($"called, {watts:+0;-0} W now") : "promised";
                table.AddRow(Text($"order {order.Id}"), Text($"{order.Watts:+0;-0} W for {order.First.Periods} periods from {order.First.First} at {order.First.Price.MicroEurPerKWh / 1e4:0.00} ct/kWh: {state}"));
            }

            table.AddRow("delivered", Text($"{Totals.Delivered.WattHours / 1e3:0.000} kWh of {Totals.Called.WattHours / 1e3:0.000} kWh called, {Totals.Orders} orders"));
            table.AddRow("earned", Text($"{Euros.Format(Totals.Earned)} EUR at the orders' prices; the BSP's settlement counts"));
            AnsiConsole.Write(table);
        }

        private string Offered()
        {
            if (Offer is null || Offer.Spans.IsEmpty)
            {
                return Offer is null ? "nothing yet" : "nothing now: what is promised comes first, or there is nothing to give";
            }

            var span = Offer.Spans[0];
            var late = Offer.ExpiresAt <= Now.ToUnixTimeMilliseconds() ? " (expired)" : "";
            return Text($"{span.Periods} periods from {span.First}: up {span.Up.Sum(step => step.Watts)} W, down {span.Down.Sum(step => step.Watts)} W; {Offer.Spans.Length} spans{late}");
        }

        private static IEnumerable<object> Steps(ImmutableArray<FlexibilityStep> steps) =>
            steps.Select(step => new { watts = step.Watts, priceMicroEurPerKWh = step.Price.MicroEurPerKWh });

        private static string Text(FormattableString text) => Markup.Escape(text.ToString(CultureInfo.InvariantCulture));
    }
}
