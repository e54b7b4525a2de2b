using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Flexibility.Efi.Bidding;

/// <summary>The bid of a job that waits: it starts at a price that rises from the lowest, when it may first start, to any, when it must.</summary>
/// <remarks>
/// The steps run without pauses, each in the alternative that needs least electricity of those that still meet the deadline.
/// </remarks>
public sealed class ShiftableBid : EfiBid
{
    private readonly ShiftableUpdate _job;
    private readonly DateTimeOffset _at;
    private readonly ValueList<SequentialProfileInstruction> _starts;
    private readonly bool _must;
    private readonly Demand _power;

    private ShiftableBid(DemandCurve curve, ShiftableUpdate job, DateTimeOffset at, ValueList<SequentialProfileInstruction> starts, bool must, Demand power)
        : base(curve)
    {
        _job = job;
        _at = at;
        _starts = starts;
        _must = must;
        _power = power;
    }

    /// <summary>The bid; null before the job may start, and once it can no longer be over in time: then there is nothing left to bid.</summary>
    public static ShiftableBid? Of(ShiftableUpdate job, DateTimeOffset at, TimeSpan period, MarketBasis basis)
    {
        if (at < job.ValidFrom || at > job.LatestStart)
        {
            return null;
        }

        var chosen = Chosen(job, at);
        var power = DemandOf(chosen[0].Profiles.Electricity is { } profile ? Averages.Over(profile, TimeSpan.Zero, period) : 0);

        // It must when waiting one period more would be too late.
        var must = at + period > job.LatestStart;
        var urgency = (at - job.ValidFrom) / (job.LatestStart - job.ValidFrom + TimeSpan.FromTicks(1));
        var starts = new List<SequentialProfileInstruction>();
        var next = at;
        for (var step = 0; step < chosen.Count; step++)
        {
            starts.Add(new SequentialProfileInstruction(job.Steps[step].SequenceNr, chosen[step].AlternativeNr, next));
            next += chosen[step].Profiles.Duration;
        }

        // A job that produces waits for high prices instead of low ones.
        var demands = new Demand[basis.PriceSteps];
        for (var step = 0; step < demands.Length; step++)
        {
            var place = step / (double)Math.Max(1, basis.PriceSteps - 1);
            var starting = must || (power >= Demand.Zero ? place <= urgency : place >= 1 - urgency);
            demands[step] = starting ? power : Demand.Zero;
        }

        return new ShiftableBid(DemandCurve.Create(basis, demands), job, at, ValueList.From(starts), must, power);
    }

    /// <inheritdoc/>
    public override EfiInstruction? InstructionAt(long price, Identifier instructionId) =>
        _must || (Curve.At(price) == _power && _power != Demand.Zero)
            ? new ShiftableInstruction(_job.Header, instructionId, _job.UpdateId, false, _starts)
            : null;

    private static List<SequentialProfileAlternative> Chosen(ShiftableUpdate job, DateTimeOffset at)
    {
        var spare = job.LatestStart - at;
        var chosen = new List<SequentialProfileAlternative>();
        foreach (var step in job.Steps)
        {
            var shortest = step.Alternatives.Min(way => way.Profiles.Duration);
            var best = step.Alternatives.Where(way => way.Profiles.Duration - shortest <= spare)
                .MinBy(way => way.Profiles.Electricity is { } profile ? profile.Elements.Sum(element => element.Value.Expected * element.Duration.TotalHours) : 0)!;
            spare -= best.Profiles.Duration - shortest;
            chosen.Add(best);
        }

        return chosen;
    }
}
