using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>
/// Whether what is carried from earlier periods is what they turned out to be more: each correction is recomputed from the number that was settled before and from the reading that counts
/// now, and a member's corrections are all that is carried, but for what her funds do not reach.
/// </summary>
/// <param name="said">The metered period as published.</param>
/// <param name="history">What was settled before it.</param>
/// <param name="signatures">Under its readings.</param>
internal sealed class CarriedChecks(PublishedMetering said, MeteringHistory history, ReadingSignatures signatures)
{
    /// <summary>How many corrections begin from a number that was not seen settled.</summary>
    public int Unseen => said.Corrections.Count(entry => history.Of(entry.Correction.Member, entry.Correction.Period) is null && !history.Reaches(entry.Correction.Period));

    public AuditFinding? First() => Corrections() ?? Sums();

    /// <summary>Whether nobody is estimated whose reading must count by now, and estimates from nothing are what was traded.</summary>
    public AuditFinding? Estimated(IReadOnlyList<HeldReadingReceipt> receipts)
    {
        foreach (var position in said.Positions.Where(position => position.Reading is null && position.EstimatedFromDays == 0))
        {
            var (member, metered, _, traded) = position.Settled.Position;
            if (metered != traded)
            {
                return Of(AuditCheck.Estimate, $"the estimate of {member}", $"the exchange says {metered}, from no earlier day", $"then it is what she traded, {traded}");
            }
        }

        var present = said.Positions.Select(position => position.Settled.Position.Member).ToHashSet();
        foreach (var receipt in receipts.Where(receipt => receipt.IsDueIn(said.Period) && present.Contains(receipt.Reading.Member)).Select(held => held.Reading))
        {
            if (Now(receipt.Member, receipt.Period) is { IsDisputed: false } settled && !(settled.Number >= receipt.Number))
            {
                return Of(
                    AuditCheck.Estimate, $"what {receipt.Member} was metered in period {receipt.Period}",
                    settled.Number is { } number ? $"her reading number {number} counts" : $"she was estimated, {settled.Net}, and nothing is carried since",
                    $"the exchange acknowledged reading number {receipt.Number}, {receipt.Bid}");
            }
        }

        return null;
    }

    private AuditFinding? Corrections()
    {
        var members = said.Positions.Select(position => position.Settled.Position.Member).ToHashSet();
        var seen = new HashSet<(MemberId, Period)>();
        for (var i = 0; i < said.Corrections.Length; i++)
        {
            var ((member, period, assumed, known), reading) = said.Corrections[i];
            var what = $"the correction of {member} for period {period}";
            if (period >= said.Period || !members.Contains(member) || !seen.Add((member, period)))
            {
                return Of(AuditCheck.Carried, what, "it counted", "a correction is of an earlier period, and a member who is metered has one for each");
            }

            if (reading is not null && Reading(i, what, member, period, known, reading) is { } finding)
            {
                return finding;
            }

            if (Beginning(what, member, period, assumed, reading) is { } other)
            {
                return other;
            }
        }

        return null;
    }

    private AuditFinding? Reading(int i, string what, MemberId member, Period period, Energy known, SignedReading reading)
    {
        var place = said.Positions.Length + i;
        return signatures.Forged.Contains(place)
            ? Of(AuditCheck.ReadingSignature, what, $"it counted with a signature of {signatures.Signers[place]?.ToString() ?? "nobody"}", "only her meter can have made it")
            : reading.Energy.Member != member || reading.Energy.Period != period
                ? Of(AuditCheck.Carried, what, "it counted", $"its reading is of {reading.Energy.Member} and period {reading.Energy.Period}")
                : reading.Net is var net && net != known ? Of(AuditCheck.Carried, what, $"the exchange says {known} now", $"her meter signed {net}") : null;
    }

    private AuditFinding? Beginning(string what, MemberId member, Period period, Energy assumed, SignedReading? reading)
    {
        if (history.Of(member, period) is not { } before)
        {
            return history.Reaches(period) ? Of(AuditCheck.Carried, what, $"the exchange says that {assumed} were settled", "nothing was settled of her") : null;
        }

        return before.Net != assumed ? Of(AuditCheck.Carried, what, $"the exchange says that {assumed} were settled", $"it was {before.Net}, with period {before.By}")
            : reading is null && before.Number is null ? Of(AuditCheck.Carried, what, "an estimate took its place", "it was an estimate before, and an estimate stays until there is a reading")
            : reading is not null && before.Number >= reading.Energy.Number
                ? Of(AuditCheck.Carried, what, $"reading number {reading.Energy.Number} took its place", $"it was settled by number {before.Number}, and the highest counts") : null;
    }

    private AuditFinding? Sums()
    {
        var differences = said.Corrections.ToLookup(entry => entry.Correction.Member, entry => (Int128)entry.Correction.Known.WattHours - entry.Correction.Assumed.WattHours);
        foreach (var position in said.Positions)
        {
            var (member, _, carried, _) = position.Settled.Position;
            var follows = differences[member].Aggregate(Int128.Zero, (sum, difference) => sum + difference);
            if ((Int128)carried.WattHours + position.Unfunded.WattHours != follows)
            {
                return Of(
                    AuditCheck.Carried, $"what is carried for {member}", $"the exchange says {carried}" + (position.Unfunded == Energy.Zero ? "" : $", and {position.Unfunded} not funded"),
                    $"from her corrections follow {follows} Wh");
            }

            if (!IsPossible(position.Unfunded, position.Settled.Position))
            {
                return Of(
                    AuditCheck.Carried, $"what {member} cannot pay for", $"the exchange says {position.Unfunded}",
                    "it is a part of what she is to pay for, and of nothing else");
            }
        }

        return null;
    }

    // Who is paid for her deviation, or pays nothing, has all of it; and no limit turns a deviation round.
    private bool IsPossible(Energy unfunded, MeteredPosition position) =>
        unfunded == Energy.Zero
        || (unfunded > Energy.Zero && position.Deviation >= Energy.Zero && said.Prices.Short > default(Price))
        || (unfunded < Energy.Zero && position.Deviation <= Energy.Zero && said.Prices.Long < default(Price));

    private LastSettled? Now(MemberId member, Period period)
    {
        foreach (var (correction, reading) in said.Corrections.Where(entry => entry.Correction.Member == member && entry.Correction.Period == period).Take(1))
        {
            return new LastSettled(correction.Known, reading?.Energy.Number, reading is null, said.Period);
        }

        return history.Of(member, period);
    }

    private AuditFinding Of(AuditCheck check, string what, string has, string follows) => new(said.Period, check, what, has, follows);
}
