using System.Text.Json;

namespace VirtualEnergy.P2P.Tests.Market;

/// <summary>The order books of other systems' tests, shared/vectors/order-books.json.</summary>
internal static class OrderBookVectors
{
    private static readonly Lazy<JsonElement[]> File = new(() =>
    {
        using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(RepositoryFiles.Shared("vectors/order-books.json")));
        return [.. document.RootElement.Clone().GetProperty("vectors").EnumerateArray()];
    });

    public static IReadOnlyList<JsonElement> All => File.Value;

    public static JsonElement Named(string id) => All.Single(vector => IdOf(vector) == id);

    public static string IdOf(JsonElement vector) => vector.GetProperty("id").GetString()!;
}
