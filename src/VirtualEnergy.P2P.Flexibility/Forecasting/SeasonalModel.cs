using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>What a <see cref="SeasonalForecaster"/> is told of the quantity that it is to forecast.</summary>
internal sealed record SeasonalModel
{
    /// <summary>Where periods stand.</summary>
    public required SeasonOf Season { get; init; }

    /// <summary>Kinds of day that are told apart; 1 tells none apart.</summary>
    public int Kinds { get; init; } = 1;

    /// <summary>Value of a slot for a size of 1, before anything was measured.</summary>
    public required Func<int, double> Prior { get; init; }

    /// <summary>Mean size of the error of that.</summary>
    public required double PriorError { get; init; }

    /// <summary>How much a measurement tells of its own quarter of an hour, of the next ones on both sides, and so on; begins with 1.</summary>
    public required ImmutableArray<float> Kernel { get; init; }

    /// <summary>The same by periods of another length: straight in between, and nothing beyond the next after the last.</summary>
    public ImmutableArray<float> KernelOn(PeriodGrid grid)
    {
        var weights = ImmutableArray.CreateBuilder<float>();
        for (var beside = 0; ; beside++)
        {
            var (quarters, rest) = Math.DivRem(beside * grid.LengthSeconds, PeriodGrid.QuarterHour.LengthSeconds);
            if (quarters >= Kernel.Length)
            {
                return weights.DrainToImmutable();
            }

            var next = quarters + 1 < Kernel.Length ? Kernel[quarters + 1] : 0;
            weights.Add(Kernel[quarters] + (next - Kernel[quarters]) * rest / PeriodGrid.QuarterHour.LengthSeconds);
        }
    }

    public required Fading Fading { get; init; }

    /// <summary>
    /// Whether there is a highest value by time of day, as a clear sky is to a plant. Errors are then measured against that, and
    /// dull, mixed and clear forecasts have bands of their own.
    /// </summary>
    public bool HasEnvelope { get; init; }

    public required BandRules Bands { get; init; }
}

/// <summary>How long deviations are believed to last before that is learned.</summary>
/// <param name="HoursOfSlow">Hours in which the deviation of the last days is forgotten to a third.</param>
/// <param name="Slow">Part of it that lasts; fades over two days.</param>
/// <param name="LearnedTimeOfDay">Part of a time of day's deviation that one day tells, 0 to 1.</param>
/// <param name="TimeOfDay">Part of that deviation that is there on the next days.</param>
internal readonly record struct Fading(double HoursOfSlow, double Slow, double LearnedTimeOfDay, double TimeOfDay)
{
    /// <summary>Part of the last period's deviation that is there in the next instead of what the others tell; an e-th of it after another hour.</summary>
    public double Next { get; init; }
}

/// <summary>How bands begin and how quickly they learn.</summary>
/// <param name="Prior">The 2.5, 16, 84 and 97.5 % quantiles of errors before anything is learned, in units of the error; four for each bin.</param>
/// <param name="NearPart">Part of the prior that holds right ahead.</param>
/// <param name="HourPart">What every hour ahead adds to that part, up to the whole.</param>
/// <param name="FirstStep">Size of the first steps.</param>
/// <param name="Unit">What a quantile of 0 moves by in a step of 1.</param>
internal sealed record BandRules(ImmutableArray<double> Prior, double NearPart, double HourPart, double FirstStep, double Unit);
