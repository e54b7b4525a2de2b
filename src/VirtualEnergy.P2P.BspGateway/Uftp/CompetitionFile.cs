using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>
/// Competitions and bids as JSON files, the form of docs/uftp.md. A file is taken whole or refused with what is wrong in it; it has
/// at most a megabyte.
/// </summary>
public static class CompetitionFile
{
    private const int MostBytes = 1 << 20;
    private const int MostItems = 1_000;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 8,
        WriteIndented = true,
    };

    /// <summary>The bytes of a file, no more than one too many of what is read.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static byte[] Load(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[MostBytes + 1];
        return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    /// <summary>The competition, or null and what is wrong.</summary>
    public static GridCompetition? ReadCompetition(ReadOnlySpan<byte> json, out string problem) => Read<CompetitionJson, GridCompetition>(json, Competition, out problem);

    /// <summary>The bids or awards, or null and what is wrong.</summary>
    /// <param name="json">The file.</param>
    /// <param name="competition">The competition they belong to.</param>
    /// <param name="problem">What is wrong.</param>
    public static ValueList<WindowBid>? ReadBids(ReadOnlySpan<byte> json, GridCompetition competition, out string problem)
    {
        var read = Read<BidsJson, IReadOnlyList<WindowBid>>(json, file => Bids(file, competition), out problem);
        return read is null ? null : ValueList.From(read);
    }

    /// <summary>Our answer to a competition, as the operator reads it.</summary>
    public static byte[] WriteBids(GridCompetition competition, string bidderDomain, IEnumerable<WindowBid> bids) => JsonSerializer.SerializeToUtf8Bytes(
        new BidsJson(competition.Id, bidderDomain, [.. bids.Select(bid => new BidJson(bid.WindowId, bid.Watts, bid.AvailabilityPrice / 1_000_000m, bid.UtilisationPrice / 1_000m))]), Options);

    private static T? Read<TJson, T>(ReadOnlySpan<byte> json, Func<TJson, T> check, out string problem)
        where T : class
    {
        problem = "";
        if (json.Length > MostBytes)
        {
            problem = $"The file has {json.Length} bytes, more than {MostBytes}.";
            return null;
        }

        try
        {
            return check(JsonSerializer.Deserialize<TJson>(json, Options) ?? throw new FormatException("The file says null."));
        }
        catch (JsonException wrong)
        {
            problem = $"Line {wrong.LineNumber + 1}: {wrong.Path ?? "the file"} is not as the form has it.";
        }
        catch (FormatException wrong)
        {
            problem = wrong.Message;
        }

        return null;
    }

    private static GridCompetition Competition(CompetitionJson file)
    {
        Require(file.Currency == "EUR", "currency: only EUR.");
        Require(UftpRules.IsCentral(file.TimeZone), $"timeZone: {Shown(file.TimeZone)} is not of Central European time.");
        Require(file.Areas.Count is > 0 and <= MostItems, $"areas: 1 to {MostItems}.");
        var areas = ValueList.From(file.Areas.Select(area =>
        {
            Require(area.Windows.Count is > 0 and <= MostItems, $"{Shown(area.Id)}: 1 to {MostItems} windows.");
            Require(UftpCodec.IsEntityAddress(area.CongestionPoint), $"{Shown(area.Id)}: congestionPoint is no entity address.");
            return new CompetitionArea(Name(area.Id, "area"), area.Name, area.CongestionPoint, ValueList.From(area.Windows.Select(Window)));
        }));
        Require(areas.Select(area => area.Id).Distinct().Count() == areas.Count, "areas: two have one id.");
        Require(areas.SelectMany(area => area.Windows).Select(window => window.Id).Distinct().Count() == areas.Sum(area => area.Windows.Count), "windows: two have one id.");
        Require(UftpCodec.IsDomain(file.Operator), "operator: no domain.");
        return new GridCompetition(Name(file.Id, "competition"), file.Operator, areas);
    }

    private static ServiceWindow Window(WindowJson window)
    {
        var id = Name(window.Id, "window");
        var (start, end) = (Minute(window.Start, id), Minute(window.End, id));
        Require(start < end, $"{id}: start before end, on one day; a window over midnight is two.");
        Require(window.From <= window.Until && window.Until < window.From.AddYears(10), $"{id}: from comes before until, within ten years.");
        Require(window.Days.Count > 0 && window.Days.Distinct().Count() == window.Days.Count, $"{id}: days name each day of the week once.");
        var days = ValueList.From(window.Days.Select(day => Enum.GetNames<DayOfWeek>().Contains(day) ? Enum.Parse<DayOfWeek>(day) : throw new FormatException($"{id}: {Shown(day)} is no day of the week, as Monday.")));
        Require(window.Direction is "up" or "down", $"{id}: direction is up (less consumption) or down (more).");
        Require(window.Watts is > 0 and <= IspPower.Most && window.MinimumWatts > 0 && window.MinimumWatts <= window.Watts && window.StepWatts > 0 && window.StepWatts <= window.Watts, $"{id}: watts, minimumWatts and stepWatts are positive, the latter no more than the first.");
        return new ServiceWindow(id, window.From, window.Until, days, start, end, window.Direction == "up" ? RegulationDirection.Up : RegulationDirection.Down, window.Watts, window.MinimumWatts, window.StepWatts,
            Whole(window.AvailabilityCapEurPerMWh, 1_000_000, id, "availabilityCapEurPerMWh"), Whole(window.UtilisationCapEurPerMWh, 1_000, id, "utilisationCapEurPerMWh"));
    }

    private static List<WindowBid> Bids(BidsJson file, GridCompetition competition)
    {
        Require(file.Competition == competition.Id, $"competition: {Shown(file.Competition)} is not {competition.Id}.");
        Require(file.Bids.Count <= MostItems && file.Bids.Select(bid => bid.Window).Distinct().Count() == file.Bids.Count, $"bids: at most {MostItems}, one for a window.");
        return [.. file.Bids.Select(bid =>
        {
            var made = new WindowBid(bid.Window, bid.Watts, Whole(bid.AvailabilityEurPerMWh, 1_000_000, bid.Window, "availabilityEurPerMWh"), Whole(bid.UtilisationEurPerMWh, 1_000, bid.Window, "utilisationEurPerMWh"));
            return CompetitionBids.Problem(competition, made) is { } problem ? throw new FormatException(problem) : made;
        })];
    }

    private static int Minute(string time, string id) => time == "24:00" ? 1_440
        : TimeOnly.TryParseExact(time, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) && read.Minute % 15 == 0 ? (int)read.ToTimeSpan().TotalMinutes
        : throw new FormatException($"{id}: {Shown(time)} is no quarter hour of the day, as 17:15.");

    private static long Whole(decimal value, int factor, string id, string what) => value is >= 0 and <= 1_000_000 && decimal.Truncate(value * factor) == value * factor
        ? (long)(value * factor)
        : throw new FormatException($"{Shown(id)}: {what} is between 0 and 1 000 000 and a whole number of {(factor == 1_000 ? "0.001" : "0.000001")} EUR.");

    private static string Name(string text, string what) => text.Length is > 0 and <= 60 && !text.Any(char.IsControl) ? text : throw new FormatException($"{what}: an id has 1 to 60 characters.");

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new FormatException(otherwise);
        }
    }

    private static string Shown(string text) => $"\"{(text.Length <= 40 ? text : text[..40] + "…")}\"";

    private sealed record CompetitionJson(string Id, string Operator, string Currency, string TimeZone, List<AreaJson> Areas);

    private sealed record AreaJson(string Id, string Name, string CongestionPoint, List<WindowJson> Windows);

    private sealed record WindowJson(
        string Id, DateOnly From, DateOnly Until, List<string> Days, string Start, string End, string Direction, long Watts, long MinimumWatts, long StepWatts, decimal AvailabilityCapEurPerMWh, decimal UtilisationCapEurPerMWh);

    private sealed record BidsJson(string Competition, string Bidder, List<BidJson> Bids);

    private sealed record BidJson(string Window, long Watts, decimal AvailabilityEurPerMWh, decimal UtilisationEurPerMWh);
}
