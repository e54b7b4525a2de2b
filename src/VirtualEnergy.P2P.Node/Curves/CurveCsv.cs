using System.Text;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Node.Curves;

/// <summary>The basis for a CSV file; what is not stated follows from the file.</summary>
/// <param name="PriceSteps">Else the length that most lines have.</param>
/// <param name="MinimumPrice">In the file's unit; else 0.</param>
/// <param name="MaximumPrice">Else one more than the minimum for each step after the first.</param>
public sealed record CsvBasis(int? PriceSteps = null, decimal? MinimumPrice = null, decimal? MaximumPrice = null)
{
    internal MarketBasis For(int commonLength, string where)
    {
        var steps = PriceSteps ?? commonLength;
        var minimum = MinimumPrice ?? 0;
        return Create(steps, ToBillionths(minimum, where), ToBillionths(MaximumPrice ?? minimum + Math.Max(1, steps - 1), where), where);
    }

    internal static MarketBasis Create(int steps, long minimum, long maximum, string where) =>
        MarketBasis.TryCreate(steps, minimum, maximum, out var basis, out var fault)
            ? basis
            : throw new UserErrorException($"{where}: no market basis: " + fault switch
            {
                CurveFault.PriceSteps => $"the number of price steps is 1 to {MarketBasis.MaxPriceSteps}, not {steps}.",
                CurveFault.MaximumPrice => "the maximum price is above the minimum.",
                _ => $"prices lie within {CurveNumber.ToUnits(MarketBasis.MaxPrice)} of zero.",
            });

    private static long ToBillionths(decimal price, string where) =>
        Math.Abs(price) <= CurveNumber.ToUnits(MarketBasis.MaxPrice)
            ? (long)decimal.Round(price * CurveNumber.PerUnit, MidpointRounding.AwayFromZero)
            : throw new UserErrorException($"{where}: the price {price} is out of range.");
}

/// <summary>Reads curves as CSV: a bid a line, demands from the lowest price to the highest.</summary>
internal static class CurveCsv
{
    /// <remarks>Fields are separated by semicolons, and then a comma is a decimal comma; in a file without any semicolon by commas.</remarks>
    public static CurveCase Read(ReadOnlySpan<byte> bytes, string name, CsvBasis ofCsv)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var hasSemicolons = text.Contains(';', StringComparison.Ordinal);
        var separator = hasSemicolons ? ';' : ',';
        text = hasSemicolons ? text.Replace(',', '.') : text;

        var lines = new List<(int Start, int Length)>();
        var lengths = new Dictionary<int, int>();
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var (start, length) = range.GetOffsetAndLength(text.Length);
            if (!text.AsSpan(start, length).Trim().IsEmpty)
            {
                lines.Add((start, length));
                var fields = text.AsSpan(start, length).Count(separator) + 1;
                lengths[fields] = lengths.GetValueOrDefault(fields) + 1;
            }
        }

        var basis = ofCsv.For(lengths.OrderByDescending(entry => entry.Value).ThenByDescending(entry => entry.Key).First().Key, name);
        return new CurveCase(basis, [.. lines.Select(line => ReadBid(text.AsSpan(line.Start, line.Length), separator, basis))], Demand.Zero);
    }

    private static CurveBid ReadBid(ReadOnlySpan<char> line, char separator, MarketBasis basis)
    {
        if (line.Count(separator) + 1 != basis.PriceSteps)
        {
            return CurveBid.Refused(CurveFault.Length.Code());
        }

        var demands = new Demand[basis.PriceSteps];
        var step = 0;
        foreach (var field in line.Split(separator))
        {
            if (CurveNumber.FaultOf(line[field].Trim(), out var demand) is { } fault)
            {
                return CurveBid.Refused(fault);
            }

            demands[step++] = new Demand(demand);
        }

        return CurveFile.OfDemands(basis, demands);
    }
}
