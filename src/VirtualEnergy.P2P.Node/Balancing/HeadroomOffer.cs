using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Headroom;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Balancing;

/// <summary>Puts a home's headroom and program into the words of its offer.</summary>
internal static class HeadroomOffer
{
    /// <summary>The spans that terms ask for and the plan reaches. Beside promises: those after the last of them, the same way as they are.</summary>
    /// <param name="standing">What is promised already; the plan counts it as called.</param>
    public static ImmutableArray<FlexibilitySpan> Spans(
        HeadroomCalculator calculator, HomeAhead ahead, FlexibilityTerms terms, FlexibilityConsent consent, PeriodGrid grid, StandingPromises? standing)
    {
        var length = Math.Min(ahead.Program.Length, WireFormat.MaxProgramPeriods - 1);
        var (up, down, free) = (consent.Up && standing is not { Down: true }, consent.Down && standing is not { Up: true }, (standing?.End ?? ahead.First).Index - ahead.First.Index);
        ImmutableArray<HoldingSpan> spans = [.. HoldingSpan.Row(0, terms.HoldingPeriods, Math.Min(terms.Spans, length / terms.HoldingPeriods)).Where(span => span.First >= free && (up || down))];
        return spans.IsEmpty ? [] : [.. calculator.Of(ahead, spans, terms.ConfidencePermille)
            .Select(headroom => new FlexibilitySpan(
                new Period(ahead.First.Index + headroom.Span.First), headroom.Span.Count,
                up ? [.. headroom.Up.Steps.Select(step => new FlexibilityStep(step.Watts, consent.Ask(step.Price)))] : [],
                down ? [.. headroom.Down.Steps.Select(step => new FlexibilityStep(step.Watts, consent.Give(step.Price)))] : [],
                up ? Hours(headroom.Up.Rebound, grid) : [], down ? Hours(headroom.Down.Rebound, grid) : []))
            .Where(span => !span.Up.IsEmpty || !span.Down.IsEmpty)];
    }

    /// <summary>The program from a period that was run on: what it came to, then the plan's; or the plan's alone.</summary>
    /// <param name="ran">What flows in the period before the plan's first, Wh; null where none was run.</param>
    /// <param name="ahead">The plan.</param>
    /// <param name="committed">What is promised is the program, whatever the plan says.</param>
    public static ImmutableArray<Energy> Program(Energy? ran, HomeAhead ahead, Func<Period, Commitment?> committed)
    {
        var program = ImmutableArray.CreateBuilder<Energy>();
        if (ran is { } before)
        {
            program.Add(committed(ahead.First.Previous)?.Program ?? before);
        }

        for (var t = 0; t < ahead.Program.Length && program.Count < WireFormat.MaxProgramPeriods; t++)
        {
            program.Add(committed(new Period(ahead.First.Index + t))?.Program ?? new Energy((long)Math.Round(ahead.Program[t])));
        }

        return program.ToImmutable();
    }

    private static ImmutableArray<long> Hours(ImmutableArray<long> periods, PeriodGrid grid)
    {
        var hours = periods.Chunk(3_600 / grid.LengthSeconds).Take(WireFormat.MaxReboundHours).Select(hour => hour.Sum()).ToList();
        while (hours.Count > 0 && hours[^1] == 0)
        {
            hours.RemoveAt(hours.Count - 1);
        }

        return [.. hours];
    }
}
