using System.Collections.Immutable;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Node.Books;

/// <summary>Fees per unit by cluster, in a book's own unit: <c>[[0, 1], [1, 0]]</c>, buyers' clusters down, sellers' across.</summary>
public sealed class FeeMatrix
{
    /// <summary>As many as a network of zones can have.</summary>
    private const int MaxClusters = 64;

    private readonly ImmutableArray<ImmutableArray<decimal>> _rows;

    private FeeMatrix(ImmutableArray<ImmutableArray<decimal>> rows) => _rows = rows;

    /// <exception cref="UserErrorException">Not a square of numbers from 0 up.</exception>
    public static FeeMatrix Of(JsonElement matrix, string where)
    {
        if (matrix.ValueKind != JsonValueKind.Array || matrix.GetArrayLength() is 0 or > MaxClusters)
        {
            throw new UserErrorException($"{where} has a row for each cluster, 1 to {MaxClusters}.");
        }

        var rows = ImmutableArray.CreateBuilder<ImmutableArray<decimal>>();
        foreach (var row in matrix.EnumerateArray())
        {
            if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() != matrix.GetArrayLength())
            {
                throw new UserErrorException($"{where}, row {rows.Count}: each row has as many fees as there are rows.");
            }

            rows.Add([.. row.EnumerateArray().Select((fee, column) => Fee(fee, $"{where}, row {rows.Count}, column {column}:"))]);
        }

        return new FeeMatrix(rows.ToImmutable());
    }

    /// <summary>Reads a file that holds the matrix, by itself or as <c>{"fee_matrix": …}</c>.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, or holds none.</exception>
    public static FeeMatrix Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(InputFile.Read(path, () => File.ReadAllBytes(path)));
            var root = document.RootElement;
            return Of(root.ValueKind == JsonValueKind.Object && root.TryGetProperty("fee_matrix", out var matrix) ? matrix : root, path);
        }
        catch (JsonException error)
        {
            throw new UserErrorException($"{path}: not JSON: {error.Message}");
        }
    }

    /// <exception cref="UserErrorException">An order's cluster is not in the matrix.</exception>
    public void RequireClustersOf(ImmutableArray<BookOrder> orders, string where)
    {
        foreach (var stranger in orders.Where(order => order.Cluster >= _rows.Length))
        {
            throw new UserErrorException($"{where}: order \"{stranger.Id}\": cluster {stranger.Cluster} is not in the fee matrix, which has {_rows.Length}.");
        }
    }

    /// <summary>The zone that a cluster is.</summary>
    public static ZoneId ZoneOf(int? cluster) => cluster is { } number ? new ZoneId($"{number}") : ZoneId.Unnamed;

    /// <param name="scale">Price units in one unit of the book.</param>
    public ZoneNetwork ToNetwork(long scale) => new(
        _rows.SelectMany((row, buyer) => row.Select((fee, seller) => new ZoneLine(ZoneOf(buyer), ZoneOf(seller), new Price((long)(fee * scale))))));

    private static decimal Fee(JsonElement fee, string where)
    {
        var value = BookNumber.Of(fee, where);
        return value is >= 0 and <= 1_000_000 ? value : throw new UserErrorException($"{where} a fee is from 0 to 1000000, not {value}.");
    }
}
