using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Curves;

namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>Reads what roles are told by file: a device's curve, a home's bid, a schedule, a whitelist.</summary>
public static class RoleFiles
{
    private const long MaxBytes = 1 << 20;

    /// <summary>
    /// A curve as <c>ve market curve</c> takes it: an array of W for each price step, or corner points of [EUR/kWh, W]. What it
    /// means depends on the basis, which the market states.
    /// </summary>
    /// <exception cref="UserErrorException">The file cannot be read or is no JSON.</exception>
    public static Func<MarketBasis, DemandCurve> Curve(string path)
    {
        var text = Read(path);
        RequireJson(text, path);
        return basis => CurveOn(basis, text, path);
    }

    /// <summary>A home's bid: <c>{"buy":[[µEUR/kWh, Wh], …],"sell":[…]}</c>, as nodes send it; energy becomes constant power.</summary>
    public static Func<MarketBasis, int, DemandCurve> Bid(string path)
    {
        using var document = RequireJson(Read(path), path);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new UserErrorException($"{path}: a bid is an object with \"buy\" and \"sell\".");
        }

        var (buy, sell) = (Steps(root, "buy", path), Steps(root, "sell", path));
        if (buy.Length + sell.Length > Market.Bid.MaxSteps || buy.Concat(sell).Any(step => step.Energy <= Energy.Zero)
            || (buy.Length > 0 && sell.Length > 0 && buy.Max(step => step.Price) >= sell.Min(step => step.Price)))
        {
            throw new UserErrorException($"{path}: a bid has at most {Market.Bid.MaxSteps} steps, each with an energy above 0, and every buy price below every sell price.");
        }

        var bid = new Bid(default, default, 0, buy, sell);
        return (basis, seconds) =>
        {
            try
            {
                return StepCurve.Of(bid, basis, seconds);
            }
            catch (ArgumentException fault)
            {
                throw new UserErrorException($"{path}: the bid is no curve of this market: {fault.Message}", fault);
            }
        };
    }

    /// <summary>Set-points by time, a line each: <c>2026-11-23T10:00:00Z;5000</c> from then on, until the next line.</summary>
    public static ImmutableArray<(DateTimeOffset From, Demand SetPoint)> Schedule(string path)
    {
        var points = ImmutableArray.CreateBuilder<(DateTimeOffset From, Demand SetPoint)>();
        foreach (var (line, number) in Lines(path))
        {
            var fields = line.Split(';');
            if (fields.Length != 2
                || !DateTimeOffset.TryParse(fields[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var from)
                || !decimal.TryParse(fields[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var watts))
            {
                throw new UserErrorException($"{path}, line {number}: write an instant in UTC and the W from then on, as 2026-11-23T10:00:00Z;-5000.");
            }

            if (points.Count > 0 && from <= points[^1].From)
            {
                throw new UserErrorException($"{path}, line {number}: instants rise from line to line.");
            }

            points.Add((from, FlowBounds.Watts($"{path}, line {number}:", watts)));
        }

        return points.Count > 0 ? points.ToImmutable() : throw new UserErrorException($"{path}: has no set-point.");
    }

    /// <summary>Addresses, a line each; # begins a remark.</summary>
    public static ImmutableHashSet<MemberId> Whitelist(string path) =>
        [.. Lines(path).Select(entry => Topics.IsMemberAddress(entry.Line.ToLowerInvariant())
            ? new MemberId(entry.Line.ToLowerInvariant()) : throw new UserErrorException($"{path}, line {entry.Number}: an address is 0x and 40 hexadecimal digits."))];

    private static DemandCurve CurveOn(MarketBasis basis, string text, string path)
    {
        // The file of one bid on this basis, with prices in EUR/kWh.
        var cluster = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"marketBasis":{"priceSteps":{{basis.PriceSteps}},"minimumPrice":{{basis.MinimumPrice / 1_000_000m}},"maximumPrice":{{basis.MaximumPrice / 1_000_000m}}},"bids":[{{text}}],"targetDemand":0}""");
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(cluster));
        var bid = CurveFile.Read(stream, path, new CsvBasis()).Cases[0].Bids[0];
        return bid.Curve is { } curve
            ? DemandCurve.Create(basis, curve.Demands)
            : throw new UserErrorException($"{path}: no curve for {basis.PriceSteps} prices from {basis.MinimumPrice / 1_000_000m} to {basis.MaximumPrice / 1_000_000m} EUR/kWh: {bid.Fault}.");
    }

    private static ImmutableArray<Step> Steps(JsonElement bid, string name, string path)
    {
        if (!bid.TryGetProperty(name, out var array))
        {
            return [];
        }

        var isArray = array.ValueKind == JsonValueKind.Array;
        return isArray && array.EnumerateArray().All(IsPair)
            ? [.. array.EnumerateArray().Select(step => new Step(new Price(step[0].GetInt64()), new Energy(step[1].GetInt64())))]
            : throw new UserErrorException($"{path}: \"{name}\" is an array of [price in µEUR/kWh, energy in Wh], integers.");

        static bool IsPair(JsonElement step) =>
            step.ValueKind == JsonValueKind.Array && step.GetArrayLength() == 2
            && step.EnumerateArray().All(number => number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out _));
    }

    private static JsonDocument RequireJson(string text, string path)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException error)
        {
            throw new UserErrorException($"{path}: not JSON: {error.Message}", error);
        }
    }

    private static IEnumerable<(string Line, int Number)> Lines(string path) =>
        Read(path).Split('\n').Select((line, index) => (Line: line.Split('#')[0].Trim(), Number: index + 1)).Where(entry => entry.Line.Length > 0);

    private static string Read(string path) => InputFile.Read(
        path, () => new FileInfo(path).Length <= MaxBytes ? File.ReadAllText(path) : throw new UserErrorException($"{path}: at most {MaxBytes} bytes are read."));
}
