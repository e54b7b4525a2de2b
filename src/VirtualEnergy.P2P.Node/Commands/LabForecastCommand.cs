using System.CommandLine;
using Spectre.Console;
using VirtualEnergy.P2P.Node.Lab;
using VirtualEnergy.P2P.Node.Lab.Forecasts;
using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve lab forecast</c>: how good the forecasts of load, sun and price are.</summary>
internal static class LabForecastCommand
{
    private const int Interrupted = 130;
    private const int DaysOfGeneratedHomes = 28;

    private static readonly Option<string?> To = new("--to") { Description = $"Last local day, included. [default: the data's last, or {DaysOfGeneratedHomes} days]", HelpName = "yyyy-mm-dd" };
    private static readonly Option<double?> Latitude = new("--latitude") { Description = "Where the plants stand, degrees north. [default: generated homes know it, measured ones do not]" };
    private static readonly Option<double?> Longitude = new("--longitude") { Description = "The same, degrees east." };
    private static readonly Option<bool> Json = new("--json") { Description = "Print the scores as one JSON object instead of the table." };

    public static Command Create()
    {
        var command = new Command("forecast", """
            Forecast every home's load and sun, and the price they make, period by period from what was measured before, and report the
            errors against persistence (the same quarter of an hour yesterday) 15 minutes to 36 hours ahead, and how many measurements
            lie within the 68 % and 95 % bands. The first two days are not judged. docs/forecasting.md defines the figures.
            Examples: ve lab forecast
                      ve lab forecast --data ../shared/data/hamlet
                      ve lab forecast --data ../shared/data/hamlet --latitude 48.1 --longitude 11.6 --json
            """)
        {
            LabCommand.Data, LabCommand.Homes, LabCommand.Seed, LabCommand.From, To, Latitude, Longitude, Json,
        };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, TimeProvider.System, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, TimeProvider time, CancellationToken cancellation)
    {
        await Task.Yield(); // Ctrl-C is listened to from the first await on.
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        try
        {
            var place = PlaceOf(parsed);
            var plan = new LabOptions
            {
                Data = parsed.GetValue(LabCommand.Data),
                Homes = parsed.GetValue(LabCommand.Homes),
                Seed = parsed.GetValue(LabCommand.Seed),
                From = parsed.GetValue(LabCommand.From),
                To = parsed.GetValue(To),
                Mechanisms = "uniform",
                GeneratedDays = DaysOfGeneratedHomes,
            }.Open();
            if (plan.Span.Length <= 2 * 96 + Backtest.Horizons[^1])
            {
                throw new UserErrorException($"--from, --to: {plan.Span.Days} days are too few; forecasts are judged from the third day on, 36 hours ahead. Take at least five.");
            }

            var result = Forecast(plan, place, console, time, cancellation);
            if (parsed.GetValue(Json))
            {
                using var output = Console.OpenStandardOutput();
                ForecastReport.WriteJson(result, output);
                output.WriteByte((byte)'\n');
            }
            else
            {
                ForecastReport.Write(AnsiConsole.Console, result);
            }

            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            console.MarkupLine("Stopped.");
            return Interrupted;
        }
    }

    private static ForecastResult Forecast(LabPlan plan, Place? place, IAnsiConsole console, TimeProvider time, CancellationToken cancellation)
    {
        if (!console.Profile.Capabilities.Interactive || !console.Profile.Out.IsTerminal)
        {
            console.WriteLine($"Forecasting {LabHeading.Of(plan)}.");
            return ForecastLab.Run(plan, place, time, null, cancellation);
        }

        return console.Progress().Start(context =>
        {
            var bar = context.AddTask("homes", new ProgressTaskSettings { MaxValue = plan.Community.Households.Length });
            return ForecastLab.Run(plan, place, time, () => bar.Increment(1), cancellation);
        });
    }

    private static Place? PlaceOf(ParseResult parsed)
    {
        switch (parsed.GetValue(Latitude), parsed.GetValue(Longitude))
        {
            case (null, null):
                return parsed.GetValue(LabCommand.Data) is null ? Place.Cagliari : null;
            case ({ } latitude, { } longitude) when Math.Abs(latitude) <= 90 && Math.Abs(longitude) <= 180:
                return new Place(latitude, longitude);
            default:
                throw new UserErrorException("--latitude, --longitude: give both, -90 to 90 degrees north and -180 to 180 degrees east.");
        }
    }
}
