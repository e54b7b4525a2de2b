using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Node.Curves;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve market curve</c>: a cluster of demand curves on a file, without a cluster around it.</summary>
internal static class CurveCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "Demand curves, as JSON or CSV; - reads standard input." };
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON." };
        var floor = new Option<decimal?>("--floor") { Description = "Peak shaving: the least W that may flow into the cluster; negative when it may feed in." };
        var ceiling = new Option<decimal?>("--ceiling") { Description = "Peak shaving: the most W that may flow into the cluster." };
        var flow = new Option<decimal?>("--measured-flow") { Description = "Peak shaving: the W that flow now. What the agents' own demand does not explain takes its part of the room." };
        var steps = new Option<int?>("--price-steps") { Description = "CSV: the number of price steps. [default: what most lines have]" };
        var minimum = new Option<decimal?>("--minimum-price") { Description = "CSV: the price of the first step. [default: 0]" };
        var maximum = new Option<decimal?>("--maximum-price") { Description = "CSV: the price of the last step. [default: one more for each step]" };
        var command = new Command("curve", """
            Find the price at which the demand curves of a cluster meet, and what each agent takes there.
              {"marketBasis":{"priceSteps":5,"minimumPrice":0,"maximumPrice":0.4},
               "bids":[[500,500,200,200,0], {"points":[[0.1,0],[0.3,-800]]}],
               "targetDemand":0}
            A curve has a demand in W for each price step, + consumption, - production, never rising; or corner points of
            [price, W]. CSV has a curve a line, separated by semicolons, or by commas where there is no semicolon.
            Numbers are kept to nine decimals; the tenth is rounded, half away from zero. A faulty curve is left out alone.
            Allocations are in W per bid, in the file's order, null for a bid that was left out: not rounded to whole units,
            each between the agent's demands at the price steps beside the price, and together exactly the target where the
            curves cross it.
            With --floor or --ceiling, "aggregated" is the clipped curve and "price" what the agents get.
            Example: ve market curve cluster.json --json
            """) { file, json, floor, ceiling, flow, steps, minimum, maximum };
        command.SetAction(parsed => Run(
            parsed.GetValue(file)!,
            parsed.GetValue(json),
            FlowBounds.Of(parsed.GetValue(floor), parsed.GetValue(ceiling), parsed.GetValue(flow)),
            new CsvBasis(parsed.GetValue(steps), parsed.GetValue(minimum), parsed.GetValue(maximum))));
        return command;
    }

    private static int Run(string path, bool asJson, FlowBounds? bounds, CsvBasis ofCsv)
    {
        var (cases, isArray) = InputFile.Read(path, (stream, name) => CurveFile.Read(stream, name, ofCsv));
        var results = cases.Select(cluster => CurveClearing.Clear(cluster, bounds));
        if (!asJson)
        {
            foreach (var result in results)
            {
                CurveReport.WriteText(AnsiConsole.Console, result);
            }

            return 0;
        }

        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output))
        {
            if (isArray)
            {
                json.WriteStartArray();
            }

            foreach (var result in results)
            {
                CurveReport.WriteJson(json, result);
            }

            if (isArray)
            {
                json.WriteEndArray();
            }
        }

        output.WriteByte((byte)'\n');
        return 0;
    }
}
