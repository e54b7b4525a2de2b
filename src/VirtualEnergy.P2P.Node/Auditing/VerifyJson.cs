using System.Text.Json;
using VirtualEnergy.P2P.Settlement.Auditing;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>An audit for machines. docs/audit.md has the fields.</summary>
internal static class VerifyJson
{
    public static void Write(VerifyResult result, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteBoolean("good", result.First is null);
        json.WriteNumber("chainId", result.ChainId);
        json.WriteString("contract", result.Contract.ToString());
        json.WriteString("source", result.Source);
        json.WriteBoolean("rulesAgreed", result.RulesAreAgreed);
        json.WriteStartArray("rounds");
        foreach (var round in result.Rounds)
        {
            Write(json, round);
        }

        json.WriteEndArray();
        json.WriteStartArray("meterings");
        foreach (var metering in result.Meterings)
        {
            Write(json, metering);
        }

        json.WriteEndArray();
        json.WriteStartObject("balances");
        json.WriteBoolean("compared", result.Balances.WhyNot is null);
        json.WriteNumber("members", result.Balances.Members);
        json.WriteString("why", result.Balances.WhyNot);
        json.WriteEndObject();
        json.WritePropertyName("first");
        if (result.First is { } first)
        {
            Write(json, first);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, VerifiedRound round)
    {
        json.WriteStartObject();
        json.WriteNumber("period", round.Period.Index);
        json.WriteBoolean("good", round.Finding is null);
        json.WriteNumber("bids", round.Bids);
        json.WriteNumber("trades", round.Trades);
        json.WriteNumber("volumeWh", round.Volume.WattHours);
        if (round.Price is { } price)
        {
            json.WriteNumber("priceMicroEurPerKWh", price.MicroEurPerKWh);
        }
        else
        {
            json.WriteNull("priceMicroEurPerKWh");
        }

        json.WriteString("chain", CodeOf(round.Chain));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, VerifiedMetering metering)
    {
        json.WriteStartObject();
        json.WriteNumber("period", metering.Period.Index);
        json.WriteNumber("standsOn", metering.StandsOn.Index);
        json.WriteBoolean("good", metering is { Finding: null, WhyNot: null });
        json.WriteNumber("readings", metering.Readings);
        json.WriteNumber("estimates", metering.Estimates);
        json.WriteNumber("corrections", metering.Corrections);
        json.WriteNumber("unseen", metering.Unseen);
        json.WriteNumber("balancedWh", metering.Balanced.WattHours);
        json.WriteString("chain", CodeOf(metering.Chain));
        json.WriteString("why", metering.WhyNot);
        json.WriteEndObject();
    }

    private static string? CodeOf(CommitmentCheck? check) => check switch
    {
        CommitmentCheck.Kept => "commitment",
        CommitmentCheck.BeyondRing => "log",
        CommitmentCheck.Differs => "differs",
        _ => null,
    };

    private static void Write(Utf8JsonWriter json, AuditFinding finding)
    {
        json.WriteStartObject();
        json.WriteNumber("period", finding.Period.Index);
        json.WriteString("check", finding.Code);
        json.WriteString("what", finding.What);
        json.WriteString("said", finding.Said);
        json.WriteString("follows", finding.Follows);
        json.WriteString("proof", finding.Evidence?.Proof);
        json.WriteString("about", finding.Evidence?.About);
        json.WriteEndObject();
    }
}
