using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using VirtualEnergy.P2P.Node.Books;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve market</c>: the auction on a file, without a market around it.</summary>
internal static class MarketCommand
{
    public static Command Create()
    {
        var book = new Argument<string>("BOOK.json") { Description = "An order book, or an array of them; - reads standard input." };
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON." };
        var clear = new Command("clear", """
            Clear an order book at one uniform price.
              {"orders":[{"id":"b1","side":"bid","actor":"anna","price":0.25,"qty":1.5},
                         {"id":"o1","side":"offer","actor":"bice","price":0.10,"qty":2}]}
            Prices and quantities are in any unit, with up to six decimals. Two orders of one actor never trade with each other.
            Example: ve market clear book.json --json
            """) { book, json };
        clear.SetAction(parsed => Clear(parsed.GetValue(book)!, parsed.GetValue(json)));
        return new Command("market", "The auction, on files.") { clear, CurveCommand.Create(), ExplainCommand.Create() };
    }

    private static int Clear(string path, bool asJson)
    {
        var (books, isArray) = Open(path);
        var results = books.Select(BookClearing.Clear).ToList();
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

    internal static (System.Collections.Immutable.ImmutableArray<Book> Books, bool IsArray) Open(string path)
    {
        if (path == "-")
        {
            using var input = Console.OpenStandardInput();
            return BookFile.Read(input, "standard input");
        }

        try
        {
            using var file = File.OpenRead(path);
            return BookFile.Read(file, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be read: {error.Message}");
        }
    }
}
