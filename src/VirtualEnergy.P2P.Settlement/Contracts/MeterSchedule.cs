using System.Collections.Immutable;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>A meter that an escrow's registrar announced.</summary>
/// <param name="SignsFrom">The delay for keys after the announcement.</param>
public readonly record struct MeterAnnouncement(Address Member, Address Meter, DateTimeOffset SignsFrom);

/// <summary>
/// Whose signature a member's readings could bear at any time: the register of <c>contracts/proofs/Meters.sol</c> replayed from its log, so that a batch of last
/// year is not judged by the meters of today.
/// </summary>
/// <param name="announcements">Those of one escrow, oldest first.</param>
/// <param name="delay">The escrow's delay for keys.</param>
public sealed class MeterSchedule(IEnumerable<MeterAnnouncement> announcements, TimeSpan delay)
{
    private readonly ILookup<Address, MeterAnnouncement> _announced = announcements.ToLookup(announcement => announcement.Member);

    /// <summary>Whether a reading that was settled at a time could bear this signature: the meter's, or for a while that of the one before.</summary>
    public bool Counts(Address member, Address signer, DateTimeOffset at)
    {
        var change = ChangeAt(member, at);
        return signer == change.MeterAt(at) || (change.IsMade && signer == change.Before && at < change.SignsFrom + delay);
    }

    /// <summary>The same of a reading that was settled at the time or earlier: what corrects an old period may have been signed long ago.</summary>
    public bool CountedBy(Address member, Address signer, DateTimeOffset at) =>
        Counts(member, signer, at) || _announced[member].Select(announcement => announcement.SignsFrom - delay).Where(time => time <= at)
            .Any(time => ChangeAt(member, time, isBefore: true).MeterAt(time) == signer);

    /// <param name="isBefore">Without what is announced at just that time.</param>
    private Change ChangeAt(Address member, DateTimeOffset at, bool isBefore = false)
    {
        var change = new Change(member, default, member);
        foreach (var (_, meter, signsFrom) in _announced[member])
        {
            var announced = signsFrom - delay;
            if (announced > at || (isBefore && announced == at))
            {
                break;
            }

            // One that does not sign yet is replaced, and the one before it stays the one before.
            change = new Change(announced >= change.SignsFrom ? change.MeterAt(announced) : change.Before, signsFrom, meter);
        }

        return change;
    }

    private readonly record struct Change(Address Before, DateTimeOffset SignsFrom, Address Meter)
    {
        public bool IsMade => SignsFrom != default;

        public Address MeterAt(DateTimeOffset at) => at < SignsFrom ? Before : Meter;
    }
}
