using System.CommandLine;
using System.Globalization;
using System.Text;
using Spectre.Console;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Statements;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve statement</c>: what a member traded, what her meter showed beside it, and what it did to her balance.</summary>
internal static class StatementCommand
{
    private const int DoesNotAddUp = 1;

    public static Command Create()
    {
        var exchange = new Option<string>("--exchange") { Description = "The exchange's address.", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var member = new Option<string?>("--member") { Description = $"Her address; else that of the wallet, or of the key in {NodeKey.KeyVariable}." };
        var wallet = new Option<string?>("--wallet") { Description = "A keystore file, for its address." };
        var password = new Option<string?>("--password-file") { Description = "The wallet's password." };
        var from = new Option<long?>("--from") { Description = "First period (unix seconds / 900)." };
        var to = new Option<long?>("--to") { Description = "Last period." };
        var json = new Option<bool>("--json") { Description = "Print the exchange's answer, checked." };
        var statement = new Command("statement", """
            Show a member's account: trades, deviations, deposits, withdrawals, and the balance after each, to the µEUR. Below the chain's balance
            stands what waits: not settled yet, or committed, where money moves every few periods. Exit code 1 if it does not add up to the chain's balance.
            Examples:
              ve statement --exchange http://192.168.1.10:8080 --member 0x5fbd…0aa3
              ve statement --wallet anna.json --from 1994832 --to 1994927 --json
            """) { exchange, member, wallet, password, from, to, json };
        statement.SetAction(async (parsed, cancellation) =>
        {
            var id = MemberOf(parsed.GetValue(member), parsed.GetValue(wallet), parsed.GetValue(password));
            var answer = await FetchAsync(AddressOf(parsed.GetValue(exchange)!, id, parsed.GetValue(from), parsed.GetValue(to)), cancellation).ConfigureAwait(false);
            var read = Statement.Read(answer);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(Encoding.UTF8.GetString(answer));
            }
            else
            {
                Show(read);
            }

            if (read.FirstError() is { } wrong)
            {
                Console.Error.WriteLine("error: " + wrong);
                return DoesNotAddUp;
            }

            return 0;
        });
        return statement;
    }

    private static Address MemberOf(string? member, string? wallet, string? passwordFile) => member is null ? NodeKey.Open(wallet, passwordFile).Address
        : Address.TryParse(member, out var address) ? address
        : throw new UserErrorException($"--member {member}: write 0x and 40 hexadecimal digits.");

    private static Uri AddressOf(string exchange, Address member, long? from, long? to)
    {
        if (!Uri.TryCreate(exchange, UriKind.Absolute, out var root) || root.Scheme is not ("http" or "https"))
        {
            throw new UserErrorException($"--exchange {exchange}: write http://host:8080.");
        }

        var span = string.Join('&', new[] { ("from", from), ("to", to) }.Where(end => end.Item2 is not null)
            .Select(end => string.Create(CultureInfo.InvariantCulture, $"{end.Item1}={end.Item2}")));
        return new Uri(root, $"/api/members/{member}/statement?{span}");
    }

    private static async Task<byte[]> FetchAsync(Uri address, CancellationToken cancellation)
    {
        using var http = new HttpClient { MaxResponseContentBufferSize = Statement.MaxBytes, Timeout = TimeSpan.FromMinutes(1) };
        try
        {
            using var answer = await http.GetAsync(address, cancellation).ConfigureAwait(false);
            var body = await answer.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            return answer.IsSuccessStatusCode ? body
                : throw new UserErrorException($"{address.GetLeftPart(UriPartial.Authority)} answers {(int)answer.StatusCode}: {Detail(body)}");
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new UserErrorException($"{address.GetLeftPart(UriPartial.Authority)} does not answer: {failure.Message}. Is the exchange running, and is the address right?", failure);
        }
    }

    private static string Detail(byte[] body)
    {
        try
        {
            using var problem = System.Text.Json.JsonDocument.Parse(body);
            return problem.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString() ?? "" : "";
        }
        catch (System.Text.Json.JsonException)
        {
            return "no reason given";
        }
    }

    private static void Show(Statement statement)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 200; // nobody's terminal: lines stay whole
        }

        AnsiConsole.MarkupLineInterpolated($"[bold]{statement.Name}[/]  {statement.Member}");
        var table = new Table().Border(TableBorder.Rounded).AddColumns("period", "delivery (UTC)", "what", "energy");
        table.AddColumn(new TableColumn("EUR").RightAligned()).AddColumn(new TableColumn("balance").RightAligned());
        table.AddRow("", "", "opening balance", "", "", Eur(statement.Opening));
        foreach (var line in statement.Lines.Where(line => line.Block is not null))
        {
            Add(table, line);
        }

        table.AddRow("", "", Text($"[bold]closing balance[/], chain at block {statement.Block}"), "", "", $"[bold]{Eur(statement.Closing)}[/]");
        if (statement.Lines.Any(line => line.Block is null))
        {
            foreach (var line in statement.Lines.Where(line => line.Block is null))
            {
                Add(table, line);
            }

            table.AddRow("", "", "with what waits", "", Eur(statement.Pending, signed: true), Eur(statement.Closing + statement.Pending));
        }

        AnsiConsole.Write(table);
        if (statement.Lines.Any(line => line.SupplierCost is not null))
        {
            var cost = statement.Lines.Aggregate(Money.Zero, (sum, line) => sum + (line.SupplierCost ?? Money.Zero));
            AnsiConsole.MarkupLineInterpolated($"With the supplier, beside this account: {Eur(cost, signed: true)} EUR to pay for what neighbours did not balance.");
        }
    }

    private static void Add(Table table, StatementLine line) => table.AddRow(
        Text($"{line.Period}"), Text($"{line.DeliveryStart.UtcDateTime:yyyy-MM-dd HH:mm}"), WordsFor(line) + line switch
        {
            { Block: not null } => "",
            { MovesWith: { } period } => Text($" [grey](committed, money moves with period {period})[/]"),
            _ => " [grey](not settled yet)[/]",
        },
        EnergyOf(line), line.Amount == Money.Zero ? "" : Eur(line.Amount, signed: true), Eur(line.Balance));

    private static string WordsFor(StatementLine line) => line.Kind switch
    {
        "deviation" => $"deviation, by {line.Source ?? "nothing"}" + (line.Corrections > 0 ? Text($", {line.Corrections} corrected") : ""),
        _ => Markup.Escape(line.Kind.Replace('-', ' ')),
    };

    private static string EnergyOf(StatementLine line) => line switch
    {
        { Bought: { } bought, Sold: { } sold } => string.Join(", ", new[] { Part("bought", bought), Part("sold", sold) }.Where(part => part.Length > 0)),
        { Deviation: { } deviation, Matched: { } matched, SupplierEnergy: { } supplier } =>
            Text($"{deviation.WattHours:+0;−0;0} Wh: {matched.WattHours} neighbours, {Math.Abs(supplier.WattHours)} supplier"),
        _ => "",
    };

    private static string Part(string word, Energy energy) => energy == Energy.Zero ? "" : Text($"{word} {energy.WattHours} Wh");

    // All six digits: what is compared with the chain is not rounded.
    private static string Eur(Money money, bool signed = false) =>
        signed ? Text($"{money.MicroEur / 1_000_000m:+0.000000;−0.000000;0.000000}") : Text($"{money.MicroEur / 1_000_000m:0.000000}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
