using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Node.Explain;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve market explain</c>: why one order of a book was filled as it was.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var book = new Argument<string>("BOOK.json") { Description = "An order book, as for ve market clear; - reads standard input." };
        var order = new Option<string>("--order") { Description = "The id of the order in question.", Required = true, HelpName = "ID" };
        var mechanism = new Option<string>("--mechanism")
        {
            Description = $"How the book is cleared: {string.Join(", ", Mechanisms.Codes)}.",
            DefaultValueFactory = _ => MechanismKind.Uniform.Code(),
        };
        var json = new Option<bool>("--json") { Description = "Print the explanation as JSON." };
        var command = new Command("explain", """
            Say why an order was filled as it was: the price and who set it, the margin, what the order paid or got against its
            limit, and which limit would have filled it.
            Example: ve market explain book.json --order b1
                     ve market explain book.json --order b1 --mechanism continuous --json
            """) { book, order, mechanism, json };
        command.SetAction(parsed => Explain(parsed.GetValue(book)!, parsed.GetValue(order)!, parsed.GetValue(mechanism)!, parsed.GetValue(json)));
        return command;
    }

    private static int Explain(string path, string id, string mechanism, bool asJson)
    {
        if (!Mechanisms.TryParse(mechanism, out var kind))
        {
            throw new UserErrorException($"--mechanism {mechanism}: it is one of {string.Join(", ", Mechanisms.Codes)}.");
        }

        var (books, isArray) = MarketCommand.Open(path);
        if (isArray)
        {
            throw new UserErrorException($"{path}: an array of {books.Length} books; give the one that holds the order.");
        }

        var explanation = BookExplanation.Of(books[0], id, kind);
        if (!asJson)
        {
            ExplanationReport.WriteText(AnsiConsole.Console, explanation);
            return 0;
        }

        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = false }))
        {
            ExplanationReport.WriteJson(json, explanation);
        }

        output.WriteByte((byte)'\n');
        return 0;
    }
}
