using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Lab.Forecasts;

/// <summary>The scores as a table, and as JSON.</summary>
internal static class ForecastReport
{
    private const int LeastWidth = 150;

    public static void Write(IAnsiConsole console, ForecastResult result)
    {
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = Math.Max(console.Profile.Width, LeastWidth);
        }

        console.MarkupLineInterpolated($"[bold]{LabHeading.Of(result.Plan)}[/]");
        var table = new Table().Border(TableBorder.Rounded).AddColumns("forecast of", "ahead");
        foreach (var heading in new[] { "RMSE", "MAE", "persistence RMSE", "skill", "skill in MAE", "skill over last value", "within 68 %", "within 95 %", "width of 68 %" })
        {
            table.AddColumn(new TableColumn(heading).RightAligned());
        }

        foreach (var score in result.Scores)
        {
            table.AddRow(
                Label(score), Ahead(score.PeriodsAhead), Size(score, score.Rmse), Size(score, score.Mae), Size(score, score.PersistenceRmse),
                Figures.Percent(score.Skill), Figures.Percent(score.MaeSkill), Figures.Percent(score.SkillOverLastValue),
                Figures.Percent(score.Within68), Figures.Percent(score.Within95), Size(score, score.Width68));
        }

        console.Write(table);
        console.WriteLine("Skill is 1 − RMSE ÷ RMSE of persistence: the last measured value of the same quarter of an hour.");
    }

    public static void WriteJson(ForecastResult result, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("source", result.Plan.Community.Source);
        json.WriteNumber("homes", result.Plan.Community.Households.Length);
        json.WriteString("from", $"{result.Plan.Span.From:yyyy-MM-dd}");
        json.WriteString("to", $"{result.Plan.Span.To:yyyy-MM-dd}");
        json.WriteNumber("periods", result.Plan.Span.Length);
        json.WriteNumber("seed", result.Plan.Seed);
        json.WriteStartArray("scores");
        foreach (var score in result.Scores)
        {
            json.WriteStartObject();
            json.WriteString("quantity", score.Quantity);
            json.WriteString("unit", score.Unit);
            json.WriteNumber("minutesAhead", 15 * score.PeriodsAhead);
            json.WriteNumber("count", score.Count);
            foreach (var (name, value) in new[]
            {
                ("rmse", score.Rmse), ("mae", score.Mae), ("persistenceRmse", score.PersistenceRmse), ("persistenceMae", score.PersistenceMae),
                ("lastValueRmse", score.LastValueRmse), ("skill", score.Skill), ("maeSkill", score.MaeSkill), ("skillOverLastValue", score.SkillOverLastValue),
                ("within68", score.Within68), ("within95", score.Within95), ("width68", score.Width68),
            })
            {
                WriteNumber(json, name, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Persistence can be perfect, of a constant; then there is no skill to name.
    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, Math.Round(value, 6));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Label(ForecastScore score) => score.Quantity switch
    {
        "photovoltaics" => "sun, W",
        "load" => "load, W",
        _ => $"{score.Quantity}, ct/kWh",
    };

    private static string Size(ForecastScore score, double value) =>
        score.Unit == "W" ? value.ToString("0", CultureInfo.InvariantCulture) : Figures.Cents(value / 10_000);

    private static string Ahead(int periods) => periods < 4 ? $"{15 * periods} min" : $"{periods / 4} h";
}
