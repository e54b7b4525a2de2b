using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;

namespace VirtualEnergy.P2P.Messaging;

public static partial class WireFormat
{
    /// <summary>A plan of five days with all steps that it may have takes three quarters of this.</summary>
    public const int MaxPlanBytes = 80 * 1024;

    public static byte[] Write(MemberPlan plan) => Written(json =>
    {
        json.WriteString("member", plan.Member.Value);
        json.WriteNumber("period", plan.First.Index);
        json.WriteStartArray("demands");
        foreach (var demand in plan.Demands)
        {
            json.WriteStartArray();
            json.WriteNumberValue(demand.Base.WattHours);
            foreach (var (price, energy) in demand.Steps)
            {
                json.WriteNumberValue(price.MicroEurPerKWh);
                json.WriteNumberValue(energy.WattHours);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    });

    /// <summary>Reads a plan that is not longer, and has no more steps a period, than one may; whether it is sound is the reader's to ask.</summary>
    public static bool TryReadPlan(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out MemberPlan? plan, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxPlanBytes,
            static fields => new MemberPlan(
                fields.Member("member"), fields.Period(), Elements(fields, "demands", MemberPlan.MostPeriods, static (fields, element, where) => DemandIn(fields, element, where))),
            out plan, out error);

    public static byte[] Write(PriceOutlook outlook) => Written(json =>
    {
        json.WriteNumber("period", outlook.First.Index);
        json.WriteStartArray("microEurPerKWh");
        foreach (var price in outlook.Prices)
        {
            json.WriteNumberValue(price.MicroEurPerKWh);
        }

        json.WriteEndArray();
    });

    public static bool TryReadOutlook(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out PriceOutlook? outlook, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxPlanBytes,
            static fields => new PriceOutlook(
                fields.Period(), Elements(fields, "microEurPerKWh", MemberPlan.MostPeriods, static (_, element, where) => new Price(JsonFields.IntegerOf(element, where)))),
            out outlook, out error);

    public static byte[] Write(BalanceSignal signal) => Written(json =>
    {
        json.WriteNumber("period", signal.Period.Index);
        json.WriteNumber("microEurPerKWh", signal.Price.MicroEurPerKWh);
        json.WriteNumber("millionths", signal.Millionths);
    });

    public static bool TryReadBalance(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out BalanceSignal? signal, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            static fields => new BalanceSignal(fields.Period(), new Price(fields.Integer("microEurPerKWh")), (int)fields.Integer("millionths", 0, BalanceSignal.Whole)),
            out signal, out error);

    private static ImmutableArray<T> Elements<T>(JsonFields fields, string name, int most, Func<JsonFields, JsonElement, string, T> read)
    {
        var array = fields.Array(name);
        return array.GetArrayLength() is var count && count > 0 && count <= most
            ? [.. array.EnumerateArray().Select((element, i) => read(fields, element, $"{name}[{i}]"))]
            : throw fields.Wrong(name, $"must have 1 to {most} elements");
    }

    private static PlannedDemand DemandIn(JsonFields fields, JsonElement element, string where)
    {
        var count = element.ValueKind == JsonValueKind.Array ? element.GetArrayLength() : 0;
        if (count % 2 == 0 || count > 1 + 2 * PlannedDemand.MostSteps)
        {
            throw fields.Wrong(where, $"must be an array: Wh, and up to {PlannedDemand.MostSteps} times a price and Wh");
        }

        var numbers = element.EnumerateArray().Select((number, i) => JsonFields.IntegerOf(number, $"{where}[{i}]")).ToArray();
        var steps = ImmutableArray.CreateBuilder<Step>(count / 2);
        for (var i = 1; i < count; i += 2)
        {
            steps.Add(new Step(new Price(numbers[i]), new Energy(numbers[i + 1])));
        }

        return new PlannedDemand(new Energy(numbers[0]), steps.MoveToImmutable());
    }
}
