using System.Globalization;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation;

/// <summary>From the lab's options to a plan of an evaluation.</summary>
public static class EvaluationOptions
{
    /// <summary>Days before the first that is run, from which homes forecast.</summary>
    public const int HistoryDays = 4;

    private const int LeastHistoryDays = 1;

    /// <summary>Days that are run unless told.</summary>
    public const int UsualDays = 14;

    /// <param name="options">Data, homes, seed, days and supplier.</param>
    /// <param name="known">What homes know of what comes.</param>
    /// <exception cref="UserErrorException">Something cannot be; the message says what and what to do.</exception>
    public static EvaluationPlan Open(LabOptions options, Knowledge known)
    {
        var (from, to) = (options.From, options.To);
        if (options.Data is null)
        {
            // Generated homes begin when they are told to: the days of history are generated before the first that is run.
            var first = LabOptions.Day("--from", from) ?? GeneratedCommunity.DefaultFirstDay.AddDays(HistoryDays);
            (from, to) = (Text(first.AddDays(-HistoryDays)), to ?? Text(first.AddDays(UsualDays - 1)));
        }

        var lab = (options with { From = options.Data is null ? from : null, To = options.Data is null ? to : null }).Open();
        var community = lab.Community;
        var start = LabOptions.Day("--from", options.From) ?? LabSpan.DayOf(community.First).AddDays(HistoryDays);
        var end = LabOptions.Day("--to", options.To) ?? Last(community, start);
        var span = LabSpan.Of(community, start, end);
        if (known != Knowledge.All && span.First.Index - community.First.Index < LeastHistoryDays * 96)
        {
            throw new UserErrorException(
                $"--from {Text(start)}: forecasts need a day before it, and {community.Source} begins {Text(LabSpan.DayOf(community.First))}; name a later day, or --perfect.");
        }

        var homes = EvaluationPlan.Within(Equipped(community, options), span);
        return new EvaluationPlan(community, homes, lab.Tariff, span, known, options.Seed);
    }

    private static System.Collections.Immutable.ImmutableArray<Flexibility.PlannedHome> Equipped(Community community, LabOptions options)
    {
        try
        {
            return EquippedCommunity.Of(community, options.Data, options.Seed, EvaluationPlan.MarginPermille);
        }
        catch (Exception error) when (error is DatasetException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(error.Message, error);
        }
    }

    private static DateOnly Last(Community community, DateOnly start)
    {
        var last = LabSpan.DayOf(new Market.Period(community.First.Index + community.Length - 1));
        var usual = start.AddDays(UsualDays - 1);
        return usual < last ? usual : last;
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
