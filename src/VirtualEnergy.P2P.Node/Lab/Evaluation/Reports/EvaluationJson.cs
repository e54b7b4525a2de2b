using System.Text.Json;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation.Reports;

/// <summary>The evaluation for machines. Money in whole µEUR, energy in whole Wh. docs/planner.md has the fields.</summary>
public static class EvaluationJson
{
    public static void Write(EvaluationResult result, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        var plan = result.Plan;
        json.WriteStartObject();
        json.WriteStartObject("evaluation");
        json.WriteString("source", plan.Community.Source);
        json.WriteNumber("homes", plan.Homes.Length);
        json.WriteString("from", $"{plan.Span.From:yyyy-MM-dd}");
        json.WriteString("to", $"{plan.Span.To:yyyy-MM-dd}");
        json.WriteNumber("firstPeriod", plan.Span.First.Index);
        json.WriteNumber("periods", plan.Span.Length);
        json.WriteNumber("seed", plan.Seed);
        json.WriteString("forecasts", plan.Perfect ? "perfect" : "learned");
        json.WriteString("known", KnowledgeNames.ListOf(plan.Known));
        json.WriteBoolean("outlook", plan.TellsPlans);
        json.WriteEndObject();
        json.WriteStartObject("costs");
        foreach (var way in EvaluationWay.Of(result))
        {
            json.WriteNumber($"{way.Key}_microeur", way.Cost.MicroEur);
        }

        json.WriteEndObject();
        if (result.Captured is { } captured)
        {
            json.WriteNumber("captured", Math.Round(captured, 6));
        }
        else
        {
            json.WriteNull("captured");
        }

        var lost = LostParts.Of(result);
        json.WriteStartObject("lost");
        json.WriteNumber("devices_microeur", lost.Devices.MicroEur);
        json.WriteNumber("import_microeur", lost.Import.MicroEur);
        json.WriteNumber("export_microeur", lost.Export.MicroEur);
        json.WriteEndObject();
        json.WriteStartArray("worse_off");
        foreach (var home in result.WorseOff)
        {
            json.WriteStringValue(home.Home);
        }

        json.WriteEndArray();
        json.WriteStartObject("violations");
        foreach (var way in EvaluationWay.Of(result).Where(way => !way.Homes.IsEmpty))
        {
            Write(json, way.Key, EvaluationResult.Kept(way.Homes));
        }

        json.WriteEndObject();
        WriteMembers(json, result);
        WritePeriods(json, result);
        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, EvaluationResult result)
    {
        json.WriteStartArray("members");
        foreach (var (i, home) in result.Plan.Homes.Index())
        {
            json.WriteStartObject();
            json.WriteString("home", home.Home.Name);
            json.WriteNumber("connection_w", home.Home.ConnectionWatts);
            json.WriteStartArray("devices");
            foreach (var device in EvaluationHtml.DeviceNames(home))
            {
                json.WriteStringValue(device);
            }

            json.WriteEndArray();
            foreach (var way in EvaluationWay.Of(result).Where(way => !way.Homes.IsEmpty))
            {
                var outcome = way.Homes[i];
                json.WriteStartObject(way.Key);
                json.WriteNumber("cost_microeur", outcome.Cost.MicroEur);
                json.WriteNumber("paid_microeur", outcome.Paid.MicroEur);
                json.WriteNumber("supplier_microeur", outcome.Supplier.MicroEur);
                json.WriteNumber("wear_microeur", outcome.Wear.MicroEur);
                json.WriteNumber("stored_microeur", outcome.Stored.MicroEur);
                json.WriteNumber("import_wh", outcome.Import.WattHours);
                json.WriteNumber("export_wh", outcome.Export.WattHours);
                Write(json, "violations", outcome.Violations);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WritePeriods(Utf8JsonWriter json, EvaluationResult result)
    {
        json.WriteStartArray("periods");
        foreach (var (t, period) in result.Periods.Index())
        {
            json.WriteStartObject();
            json.WriteNumber("period", period.Period.Index);
            if (period.Price is { } price)
            {
                json.WriteNumber("price_microeur_per_kwh", price.MicroEurPerKWh);
            }
            else
            {
                json.WriteNull("price_microeur_per_kwh");
            }

            json.WriteNumber("optimal_price_microeur_per_kwh", (long)Math.Round(result.OptimalPrices[t]));
            json.WriteNumber("volume_wh", period.Volume.WattHours);
            json.WriteNumber("net_wh", period.Net.WattHours);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, Violations violations)
    {
        json.WriteStartObject(name);
        json.WriteNumber("departures", violations.Departures);
        json.WriteNumber("comfort", violations.Comfort);
        json.WriteNumber("deadlines", violations.Deadlines);
        json.WriteNumber("contract", violations.Contract);
        json.WriteEndObject();
    }
}
