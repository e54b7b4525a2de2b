using System.Text.Json;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Statements;

/// <summary>One line of a member's account. µEUR and Wh.</summary>
/// <param name="Kind">As the exchange names it: trades, deviation, deposit and so on.</param>
/// <param name="Amount">What it does to the balance.</param>
/// <param name="Block">Where its money moved; null while it has not.</param>
/// <param name="Bought">Of trades; likewise <paramref name="Sold"/>.</param>
/// <param name="Deviation">Of deviations, + took too much; <paramref name="Matched"/> of it was balanced by neighbours.</param>
/// <param name="Source">Of deviations: <c>reading</c>, <c>estimate</c> or <c>disputed</c>.</param>
/// <param name="SupplierEnergy">Of deviations: bought from (+) or sold to the supplier.</param>
/// <param name="SupplierCost">What that costs; null where nobody knows the tariff.</param>
/// <param name="Corrections">How many earlier periods were corrected with it.</param>
public sealed record StatementLine(
    string Kind, long Period, DateTimeOffset DeliveryStart, Money Amount, Money Balance, ulong? Block, Energy? Bought, Energy? Sold, Energy? Deviation,
    Energy? Matched, string? Source, Energy? SupplierEnergy, Money? SupplierCost, int Corrections)
{
    /// <summary>Where the chain has the round's roots and not moved its money yet: the period with which it moves.</summary>
    public long? MovesWith { get; init; }
}

/// <summary>A member's statement as an exchange gave it, read with suspicion.</summary>
public sealed record Statement(
    string Member, string Name, Money Opening, IReadOnlyList<StatementLine> Lines, Money Closing, ulong Block, Money Chain, bool IsUpToNow)
{
    /// <summary>What the lines do whose money the chain has not moved yet.</summary>
    public required Money Pending { get; init; }

    public const int MaxBytes = 64 << 20;

    /// <exception cref="UserErrorException">Not a statement.</exception>
    public static Statement Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
            var root = document.RootElement;
            return new Statement(
                root.GetProperty("member").GetString()!, root.GetProperty("name").GetString()!, MoneyIn(root, "openingMicroEur"),
                [.. root.GetProperty("entries").EnumerateArray().Select(LineIn)], MoneyIn(root, "closingMicroEur"), root.GetProperty("block").GetUInt64(),
                MoneyIn(root, "chainMicroEur"), root.GetProperty("to").ValueKind == JsonValueKind.Null)
            {
                Pending = MoneyIn(root, "pendingMicroEur"),
            };
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new UserErrorException($"The exchange's answer is not a statement: {wrong.Message}", wrong);
        }
    }

    /// <summary>The first thing that does not add up, or null: every balance follows from the one before it, and the last that the chain has is the chain's.</summary>
    public string? FirstError()
    {
        var balance = (Int128)Opening.MicroEur;
        foreach (var line in Lines)
        {
            balance += line.Amount.MicroEur;
            if (balance != line.Balance.MicroEur)
            {
                return $"Period {line.Period}, {line.Kind}: {line.Amount} on top of what was before make {balance} µEUR, not {line.Balance}.";
            }
        }

        var settled = Lines.TakeWhile(line => line.Block is not null).Count();
        if (Lines.Skip(settled).FirstOrDefault(line => line.Block is not null) is { } late)
        {
            return $"Period {late.Period}, {late.Kind}: its money has moved, and it stands behind what waits.";
        }

        var waiting = Lines.Skip(settled).Aggregate(Int128.Zero, (sum, line) => sum + line.Amount.MicroEur);
        var closing = settled > 0 ? Lines[settled - 1].Balance : Opening;
        return waiting != Pending.MicroEur ? $"What waits is given as {Pending}, and its entries come to {waiting} µEUR."
            : closing != Closing ? $"The closing balance is given as {Closing}, and the entries come to {closing}."
            : IsUpToNow && Closing != Chain ? $"The entries come to {Closing}, and the chain has {Chain} after block {Block}."
            : null;
    }

    private static StatementLine LineIn(JsonElement entry)
    {
        var traded = entry.TryGetProperty("traded", out var trades) ? trades : (JsonElement?)null;
        var metered = entry.TryGetProperty("metered", out var meter) ? meter : (JsonElement?)null;
        var position = metered?.GetProperty("position");
        return new StatementLine(
            entry.GetProperty("kind").GetString()!, entry.GetProperty("period").GetInt64(), entry.GetProperty("deliveryStart").GetDateTimeOffset(),
            MoneyIn(entry, "amountMicroEur"), MoneyIn(entry, "balanceMicroEur"),
            entry.GetProperty("block") is { ValueKind: JsonValueKind.Number } block ? block.GetUInt64() : null,
            EnergyIn(traded, "boughtWh"), EnergyIn(traded, "soldWh"), EnergyIn(position, "deviationWh"), EnergyIn(position, "matchedWh"),
            position?.GetProperty("source").GetProperty("kind").GetString(), EnergyIn(position, "supplierWh"),
            metered?.GetProperty("supplierMicroEur") is { ValueKind: JsonValueKind.Number } cost ? new Money(cost.GetInt64()) : null,
            metered?.GetProperty("corrections").GetArrayLength() ?? 0)
        {
            MovesWith = entry.TryGetProperty("movesWith", out var moves) ? moves.GetInt64() : null,
        };
    }

    private static Money MoneyIn(JsonElement element, string name) => new(element.GetProperty(name).GetInt64());

    private static Energy? EnergyIn(JsonElement? element, string name) => element is { } known ? new Energy(known.GetProperty(name).GetInt64()) : null;
}
