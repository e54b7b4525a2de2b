using System.Collections.Immutable;
using System.Text.Json;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Node.Curves;

/// <summary>
/// Reads clusters of demand curves: one JSON object, an array of them, or CSV with one curve a line. A faulty bid is kept with
/// its reason; a fault of the file itself ends the reading.
/// </summary>
public static class CurveFile
{
    /// <summary>Room for a hundred thousand curves of a hundred steps; a larger file is a mistake or an attack.</summary>
    public const long MaxBytes = 1L << 28;

    /// <param name="ofCsv">The basis of a CSV file, which states none.</param>
    /// <exception cref="UserErrorException">The file is too large, or not one of these; the message says where.</exception>
    public static (ImmutableArray<CurveCase> Cases, bool IsArray) Read(Stream stream, string name, CsvBasis ofCsv)
    {
        var bytes = ReadAll(stream, name);
        var first = bytes.AsSpan().IndexOfAnyExcept(" \t\r\n\uFEFF"u8);
        if (first < 0)
        {
            throw new UserErrorException($"{name}: the file is empty; it should hold demand curves.");
        }

        if (bytes[first] is not ((byte)'{' or (byte)'['))
        {
            return ([CurveCsv.Read(bytes.AsSpan(first), name, ofCsv)], false);
        }

        try
        {
            using var document = JsonDocument.Parse(NotFiniteNumbers.Quote(bytes.AsMemory(first)));
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Array
                ? ([.. root.EnumerateArray().Select((cluster, index) => ReadCase(cluster, $"{name}: cluster {index}"))], true)
                : ([ReadCase(root, name)], false);
        }
        catch (JsonException error)
        {
            throw new UserErrorException($"{name}: not JSON: {error.Message}");
        }
    }

    private static byte[] ReadAll(Stream stream, string name)
    {
        using var buffer = new MemoryStream();
        var part = new byte[1 << 16];
        for (int read; (read = stream.Read(part)) > 0;)
        {
            buffer.Write(part, 0, read);
            if (buffer.Length > MaxBytes)
            {
                throw new UserErrorException($"{name}: more than the {MaxBytes} bytes that a file of curves may have.");
            }
        }

        return buffer.ToArray();
    }

    private static CurveCase ReadCase(JsonElement cluster, string where)
    {
        if (cluster.ValueKind != JsonValueKind.Object || !cluster.TryGetProperty("marketBasis", out var basisOf) || basisOf.ValueKind != JsonValueKind.Object)
        {
            throw new UserErrorException($"{where}: a cluster is an object with an object \"marketBasis\" and an array \"bids\".");
        }

        if (!cluster.TryGetProperty("bids", out var bids) || bids.ValueKind != JsonValueKind.Array)
        {
            throw new UserErrorException($"{where}: \"bids\" is missing or not an array.");
        }

        if (!basisOf.TryGetProperty("priceSteps", out var steps) || steps.ValueKind != JsonValueKind.Number || !steps.TryGetDecimal(out var stepCount)
            || stepCount % 1 != 0 || Math.Abs(stepCount) > int.MaxValue)
        {
            throw new UserErrorException($"{where}: \"priceSteps\" is missing or not a whole number.");
        }

        var basis = CsvBasis.Create((int)stepCount, Number(basisOf, "minimumPrice", where), Number(basisOf, "maximumPrice", where), where);
        var target = new Demand(cluster.TryGetProperty("targetDemand", out var stated) && stated.ValueKind != JsonValueKind.Null ? Number(cluster, "targetDemand", where) : 0);
        CheckBound(target, "targetDemand", where);
        return new CurveCase(basis, [.. bids.EnumerateArray().Select(bid => ReadBid(bid, basis))], target);
    }

    internal static void CheckBound(Demand demand, string what, string where)
    {
        if (demand > Demand.MaxOfCurve || demand < -Demand.MaxOfCurve)
        {
            throw new UserErrorException($"{where}: {what} is beyond the 1,000,000,000 W that a demand may have.");
        }
    }

    private static CurveBid ReadBid(JsonElement bid, MarketBasis basis) => bid.ValueKind switch
    {
        JsonValueKind.Array => ReadArray(bid, basis),
        JsonValueKind.Object when bid.TryGetProperty("points", out var points) && points.ValueKind == JsonValueKind.Array => ReadPoints(points, basis),
        _ => CurveBid.Refused(CurveNumber.Malformed),
    };

    private static CurveBid ReadArray(JsonElement array, MarketBasis basis)
    {
        if (array.GetArrayLength() != basis.PriceSteps)
        {
            return CurveBid.Refused(CurveFault.Length.Code());
        }

        var demands = new Demand[basis.PriceSteps];
        var step = 0;
        foreach (var element in array.EnumerateArray())
        {
            if (CurveNumber.FaultOf(element, out var demand) is { } fault)
            {
                return CurveBid.Refused(fault);
            }

            demands[step++] = new Demand(demand);
        }

        return OfDemands(basis, demands);
    }

    internal static CurveBid OfDemands(MarketBasis basis, Demand[] demands) =>
        DemandCurve.TryCreate(basis, demands, out var curve, out var fault) ? new CurveBid(curve, null) : CurveBid.Refused(fault.Code());

    private static CurveBid ReadPoints(JsonElement array, MarketBasis basis)
    {
        var points = new List<PricePoint>(array.GetArrayLength());
        foreach (var element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() != 2)
            {
                return CurveBid.Refused(CurveNumber.Malformed);
            }

            var faultOfPrice = CurveNumber.FaultOf(element[0], out var price);
            var faultOfDemand = CurveNumber.FaultOf(element[1], out var demand);
            if ((faultOfPrice ?? faultOfDemand) is { } fault)
            {
                return CurveBid.Refused(fault);
            }

            points.Add(new PricePoint(price, new Demand(demand)));
        }

        return DemandCurve.TryCreate(basis, points.ToArray(), out var curve, out var curveFault) ? new CurveBid(curve, null) : CurveBid.Refused(curveFault.Code());
    }

    private static long Number(JsonElement owner, string property, string where) =>
        owner.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number && CurveNumber.FaultOf(value, out var number) is null
            ? number
            : throw new UserErrorException($"{where}: \"{property}\" is missing, not a number, or out of range.");
}
