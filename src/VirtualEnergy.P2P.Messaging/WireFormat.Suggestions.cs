using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;

namespace VirtualEnergy.P2P.Messaging;

public static partial class WireFormat
{
    /// <summary>Saves and energies beyond these are no appliance's: 1 MWh, and 1,000 EUR.</summary>
    private const long MostRunWattHours = 1_000_000;
    private const long MostSavingMicroEur = 1_000_000_000;

    public static byte[] Write(Signed<SuggestedStarts> suggested) => Written(json =>
    {
        json.WriteString("member", suggested.Content.Member.Value);
        json.WriteNumber("period", suggested.Content.At.Index);
        json.WriteStartArray("starts");
        foreach (var start in suggested.Content.Starts)
        {
            json.WriteStartObject();
            json.WriteString("device", start.Device);
            json.WriteNumber("soonest", start.Soonest.Index);
            json.WriteNumber("best", start.Best.Index);
            json.WriteNumber("energyWh", start.Energy.WattHours);
            json.WriteNumber("savingMicroEur", start.Saving.MicroEur);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("signature", Hex(suggested.Signature.AsSpan()));
    });

    public static bool TryReadSuggestedStarts(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out Signed<SuggestedStarts>? suggested, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            static fields => new Signed<SuggestedStarts>(new SuggestedStarts(fields.Member("member"), fields.Period(), StartsIn(fields)), fields.Signature()),
            out suggested, out error);

    private static ImmutableArray<SuggestedStart> StartsIn(JsonFields fields)
    {
        if (fields.Array("starts").GetArrayLength() > SuggestedStarts.Most)
        {
            throw fields.Wrong("starts", $"must have at most {SuggestedStarts.Most} elements");
        }

        return [.. fields.Objects("starts").Select(start =>
        {
            var soonest = start.Integer("soonest", 0);
            return new SuggestedStart(
                start.Text("device", MaxNameLength), new Period(soonest), new Period(start.Integer("best", soonest)),
                new Energy(start.Integer("energyWh", 0, MostRunWattHours)), new Money(start.Integer("savingMicroEur", 0, MostSavingMicroEur)));
        })];
    }
}
