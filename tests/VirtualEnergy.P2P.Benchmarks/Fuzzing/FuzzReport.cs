using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Tests.Proof;

namespace VirtualEnergy.P2P.Benchmarks.Fuzzing;

/// <summary>Says what a run did.</summary>
internal static class FuzzReport
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(TextWriter output, FuzzResult result, bool asJson)
    {
        if (asJson)
        {
            output.WriteLine(JsonSerializer.Serialize(
                new
                {
                    seed = result.Seed,
                    books = result.Books,
                    families = Families(result).ToDictionary(row => row.Name, row => row.Books),
                    mechanisms = result.Kinds.Select(kind => kind.Code()),
                    orders = result.Orders,
                    clearings = result.Clearings,
                    fills = result.Fills,
                    refused = result.Refused,
                    mismatches = result.Mismatches,
                    seconds = Math.Round(result.Seconds, 2),
                    books_per_second = Math.Round(result.Books / result.Seconds),
                    smallest = result.Smallest is { } failing ? Describe(failing) : null,
                    machine = Machine.Description,
                },
                Plain));
            return;
        }

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
        Line($"{result.Books:N0} books of seed {result.Seed}, {result.Orders:N0} orders");
        foreach (var (name, books) in Families(result))
        {
            Line($"  {name,-18} {books,12:N0}");
        }

        Line($"each by {string.Join(", ", result.Kinds.Select(kind => kind.Code()))}: {result.Clearings:N0} clearings, {result.Fills:N0} fills, {result.Refused:N0} refused as they must be: a sum passes 64 bits, or a network that the mechanism does not know");
        Line($"{result.Seconds:0.0} s, {result.Books / result.Seconds:N0} books/s on {Machine.Description}");
        Line($"mismatches: {result.Mismatches:N0}");
        if (result.Smallest is { } smallest)
        {
            output.WriteLine(JsonSerializer.Serialize(Describe(smallest), Plain));
        }
    }

    private static IEnumerable<(string Name, long Books)> Families(FuzzResult result) =>
        Enum.GetValues<BookFamily>().Select(family => (Name(family), result.BooksByFamily[(int)family]));

    private static string Name(BookFamily family) => JsonNamingPolicy.KebabCaseLower.ConvertName(family.ToString());

    // Prices in µEUR/kWh and energies in Wh; `ve market clear` reads the book as it stands, but with ties broken by its own keys.
    private static object Describe(FailingBook failing) => new
    {
        problem = failing.Problem,
        mechanism = failing.Kind.Code(),
        family = Name(failing.Family),
        seed = failing.Seed,
        number = failing.Number,
        round_seed = failing.Drawn.ToString(),
        k = failing.Book.Rules.KThousandths,
        lines = failing.Book.Rules.Network.Lines.Select(line => new
        {
            buyer = line.Buyer.Value, seller = line.Seller.Value, fee = line.Fee.MicroEurPerKWh, capacity = line.Capacity?.WattHours,
        }),
        orders = failing.Book.Orders.Select((order, index) => new
        {
            id = $"o{index}",
            side = order.Side == Side.Buy ? "bid" : "offer",
            actor = order.Member.Value,
            price = order.Price.MicroEurPerKWh,
            qty = order.Energy.WattHours,
            zone = order.Zone.Value,
            green = order.IsGreen,
            premiums = order.Preferences.ToString(),
            key = order.Key.ToString(),
        }),
    };
}
