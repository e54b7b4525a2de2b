using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Continuous;
using VirtualEnergy.P2P.Node.Books;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve market</c>: the auction on a file, without a market around it.</summary>
internal static class MarketCommand
{
    public static Command Create()
    {
        var book = new Argument<string>("BOOK.json") { Description = "An order book, or an array of them; - reads standard input." };
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON." };
        var mechanism = new Option<string>("--mechanism")
        {
            Description = $"How: {string.Join(", ", Mechanisms.Codes)}.", DefaultValueFactory = _ => MechanismKind.Uniform.Code(),
        };
        var seed = new Option<string?>("--seed") { Description = "32 bytes in hexadecimal with 0x, for the lots that muda draws; all zero unless stated." };
        var fees = new Option<string?>("--fees") { Description = "A file with a fee matrix, for books that have none of their own." };
        var selfTrade = new Option<string?>("--self-trade")
        {
            Description = $"For continuous, when two orders of one actor meet: {string.Join(", ", SelfTradePreventions.Codes)}. Else as the book's \"selfTrade\" says, or cancel-resting.",
        };
        var clear = new Command("clear", """
            Clear an order book, at one uniform price or by another mechanism.
              {"orders":[{"id":"b1","side":"bid","actor":"anna","price":0.25,"qty":1.5},
                         {"id":"o1","side":"offer","actor":"bice","price":0.10,"qty":2}]}
            Prices and quantities are in any unit, with up to six decimals. Two orders of one actor never trade with each other.
            A "grid_fee" in the book is paid by the buyer on every unit; with "fee_matrix":[[0,0.02],[0.02,0]] and a "cluster" on
            each order, the fee of the buyer's row and the seller's column comes on top.
            With --mechanism continuous the orders come one after another as the file has them. There an order may have a "type"
            ("limit", "market" or "ioc"), and as whole numbers on one scale, such as unix seconds, a "time", an "expiry" (the first
            instant at which it no longer counts) and a "cancel" (when its owner withdraws it). When two orders of one actor would
            trade, the older one goes; a book's "selfTrade" may say "cancel-newest" or "cancel-both" instead.
            The JSON answer has "price": what everyone pays at a uniform price, what sellers get in the mean otherwise. A trade's
            "price" is what its buyer pays in all, "sellPrice" what its seller gets where that differs, "fee" what the grid operator gets.
            Examples: ve market clear book.json --json
                      ve market clear book.json --mechanism huang
                      ve market clear day.json --mechanism continuous --self-trade cancel-newest
                      ve market clear book.json --fees fees.json
            """) { book, json, mechanism, seed, fees, selfTrade };
        clear.SetAction(parsed => Clear(
            parsed.GetValue(book)!, parsed.GetValue(json), Kind(parsed.GetValue(mechanism)!), Seed(parsed.GetValue(seed)), parsed.GetValue(fees),
            parsed.GetValue(selfTrade)));
        return new Command("market", "The auction, on files.") { clear, CurveCommand.Create(), ExplainCommand.Create() };
    }

    private static MechanismKind Kind(string code) => Mechanisms.TryParse(code, out var kind)
        ? kind : throw new UserErrorException($"--mechanism {code}: there is {string.Join(", ", Mechanisms.Codes)}.");

    private static Hash256 Seed(string? text) => text is null ? default : Hash256.TryParse(text, out var seed)
        ? seed : throw new UserErrorException($"--seed {text}: write 0x and 64 hexadecimal digits.");

    private static int Clear(string path, bool asJson, MechanismKind kind, Hash256 seed, string? feesPath, string? selfTrade)
    {
        SelfTradePrevention? prevention = selfTrade is null ? null : SelfTradePreventions.TryParse(selfTrade, out var known)
            ? known : throw new UserErrorException($"--self-trade {selfTrade}: there is {string.Join(", ", SelfTradePreventions.Codes)}.");
        var fees = feesPath is null ? null : FeeMatrix.Read(feesPath);
        var (books, isArray) = Open(path);
        var results = books.Select(book => BookClearing.Clear(WithFees(book with { SelfTrade = prevention ?? book.SelfTrade }, fees, path), kind, seed)).ToList();
        if (!asJson)
        {
            results.ForEach(result => BookReport.WriteText(AnsiConsole.Console, result));
            return 0;
        }

        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = false }))
        {
            if (isArray)
            {
                json.WriteStartArray();
            }

            results.ForEach(result => BookReport.WriteJson(json, result));
            if (isArray)
            {
                json.WriteEndArray();
            }
        }

        output.WriteByte((byte)'\n');
        return 0;
    }

    private static Book WithFees(Book book, FeeMatrix? fees, string path)
    {
        if (book.Fees is not null || fees is null)
        {
            return book;
        }

        fees.RequireClustersOf(book.Orders, path);
        return book with { Fees = fees };
    }

    internal static (System.Collections.Immutable.ImmutableArray<Book> Books, bool IsArray) Open(string path) => InputFile.Read(path, BookFile.Read);
}
