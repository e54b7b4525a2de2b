using System.CommandLine;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Auditing;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve rounds save</c>: keeps what an exchange publishes, so that it can be verified later, or without it.</summary>
internal static class RoundsCommand
{
    /// <summary>A day of quarter hours.</summary>
    private const int Usual = 96;

    private const int Most = 100_000;

    private static readonly Option<string?> Exchange = ChainOptions.Exchange("The exchange whose rounds are saved.");
    private static readonly Option<string> Folder = new("--folder") { Description = "Where to.", DefaultValueFactory = _ => "rounds", HelpName = "DIR" };
    private static readonly Option<long?> From = new("--from") { Description = "First period. [default: 95 before the last]", HelpName = "PERIOD" };
    private static readonly Option<long?> To = new("--to") { Description = "Last period, included. [default: the last cleared one]", HelpName = "PERIOD" };
    private static readonly Option<bool> Json = new("--json") { Description = "Print the answer as JSON." };

    public static Command Create()
    {
        var save = new Command("save", """
            Save published rounds with all their bids, a file for each period, what was metered of it and what homes had promised elsewhere in others, and the market's rules in market.json,
            just as the exchange answers them. ve verify --rounds reads the folder. What is there already, and settled, is not fetched again.
            Example: ve rounds save --exchange http://127.0.0.1:8080 --folder saved --from 1994832 --to 1994927
            """) { Exchange, Folder, From, To, Json };
        save.SetAction((parsed, cancellation) => SaveAsync(parsed, TimeProvider.System, cancellation));
        return new Command("rounds", "What the exchange publishes of its rounds.") { save };
    }

    private static async Task<int> SaveAsync(ParseResult parsed, TimeProvider time, CancellationToken cancellation)
    {
        var (from, to) = ChainOptions.Span(parsed.GetValue(From), parsed.GetValue(To));
        var exchange = parsed.GetValue(Exchange) ?? throw new UserErrorException("Say whose rounds: --exchange URL.");
        var folder = parsed.GetValue(Folder)!;
        using var source = new ExchangeRounds(ChainOptions.Url("--exchange", exchange), time);
        try
        {
            var last = to ?? await source.LastPeriodAsync(cancellation).ConfigureAwait(false) ?? throw new UserErrorException($"{source.Name} has no round yet.");
            var first = from ?? new Period(Math.Max(0, last.Index - Usual + 1));
            if (last.Index - first.Index >= Most)
            {
                throw new UserErrorException($"--from {first} to {last}: at most {Most} periods at once.");
            }

            Directory.CreateDirectory(folder);
            await WriteAsync(Path.Combine(folder, SavedRounds.MarketFile), await source.MarketBytesAsync(cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            var (saved, had, missing, metered) = (0, 0, 0, 0);
            for (var period = first; period <= last; period = period.Next)
            {
                var path = Path.Combine(folder, $"{period}.json");
                if (File.Exists(path))
                {
                    had++;
                }
                else if (await source.RoundBytesAsync(period, cancellation).ConfigureAwait(false) is not { } payload)
                {
                    missing++;
                }
                else
                {
                    Check(source.Name, period, payload);
                    if (await source.PromiseBytesAsync(period, cancellation).ConfigureAwait(false) is { } promises)
                    {
                        await WriteAsync(SavedRounds.PromisesFile(folder, period), promises, cancellation).ConfigureAwait(false);
                    }

                    await WriteAsync(path, payload, cancellation).ConfigureAwait(false);
                    saved++;
                }

                metered += await SaveMeteringAsync(source, folder, period, cancellation).ConfigureAwait(false) ? 1 : 0;
            }

            Console.WriteLine(parsed.GetValue(Json)
                ? JsonSerializer.Serialize(new { folder = Path.GetFullPath(folder), from = first.Index, to = last.Index, saved, had, missing, metered })
                : $"{saved} rounds saved in {folder}, {had} were there, {missing} are not published; {metered} metered periods saved; periods {first} to {last}.");
            return 0;
        }
        catch (RoundSourceException failure)
        {
            throw new UserErrorException(failure.Message, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{folder}: cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>Deviations may be settled anew until the chain has them, so a file from before is not the last word.</summary>
    /// <returns>Whether anything was written.</returns>
    private static async Task<bool> SaveMeteringAsync(ExchangeRounds source, string folder, Period period, CancellationToken cancellation)
    {
        var path = SavedRounds.MeteringFile(folder, period);
        if ((File.Exists(path) && IsSettled(await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false)))
            || await source.MeteringBytesAsync(period, cancellation).ConfigureAwait(false) is not { } payload)
        {
            return false;
        }

        if (!MeteringReader.TryRead(payload, period, out _, out var error))
        {
            throw new UserErrorException($"{source.Name} answers nothing metered for period {period}: {error}");
        }

        await WriteAsync(path, payload, cancellation).ConfigureAwait(false);
        return true;
    }

    private static bool IsSettled(byte[] saved)
    {
        try
        {
            using var json = JsonDocument.Parse(saved);
            return json.RootElement.TryGetProperty("settlement", out var settlement) && settlement.ValueKind == JsonValueKind.Object
                && settlement.TryGetProperty("standsOn", out var standsOn) && standsOn.ValueKind == JsonValueKind.Number;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Check(string name, Period period, byte[] payload)
    {
        if (!WireFormat.TryReadPublishedRound(payload, out var round, out var error) || round.Period != period)
        {
            throw new UserErrorException($"{name} answers no round for period {period}: {error ?? $"it is of period {round!.Period}."}");
        }
    }

    // Whole or not at all: a file that is there counts as saved.
    private static async Task WriteAsync(string path, byte[] content, CancellationToken cancellation)
    {
        var half = path + ".part";
        await File.WriteAllBytesAsync(half, content, cancellation).ConfigureAwait(false);
        File.Move(half, path, overwrite: true);
    }
}
