using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Contracts;

/// <summary>The register of contracts/proofs/Meters.sol, replayed: the same answers at every time as the contract gave then.</summary>
public sealed class MeterScheduleTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromHours(1);
    private static readonly DateTimeOffset Start = new(2026, 11, 29, 0, 0, 0, TimeSpan.Zero);
    private static readonly Address Anna = AddressOf('a');
    private static readonly Address First = AddressOf('1');
    private static readonly Address Second = AddressOf('2');

    [Fact]
    public void Who_never_had_another_meter_signs_herself()
    {
        var schedule = new MeterSchedule([], Delay);
        Assert.True(schedule.Counts(Anna, Anna, Start));
        Assert.False(schedule.Counts(Anna, First, Start));
    }

    /// <summary>Announced at 1 h, so it signs from 2 h on; until 3 h the member's own key counts as well.</summary>
    [Theory]
    [InlineData(0, true, false)]
    [InlineData(119, true, false)]
    [InlineData(120, true, true)]
    [InlineData(179, true, true)]
    [InlineData(180, false, true)]
    public void A_meter_signs_after_the_delay_and_the_one_before_for_as_long_again(int minutes, bool own, bool first)
    {
        var schedule = new MeterSchedule([Announced(60, First)], Delay);
        var at = Start.AddMinutes(minutes);
        Assert.Equal((own, first), (schedule.Counts(Anna, Anna, at), schedule.Counts(Anna, First, at)));
    }

    /// <summary>Announced at 1 h and replaced at 1.5 h: the first never signs, the second from 2.5 h on, and the member's key until 3.5 h.</summary>
    [Fact]
    public void A_meter_that_is_replaced_before_it_signs_never_does()
    {
        var schedule = new MeterSchedule([Announced(60, First), Announced(90, Second)], Delay);
        Assert.All(Enumerable.Range(0, 300), minute => Assert.False(schedule.CountedBy(Anna, First, Start.AddMinutes(minute))));
        Assert.True(schedule.Counts(Anna, Anna, Start.AddMinutes(209)));
        Assert.False(schedule.Counts(Anna, Anna, Start.AddMinutes(210)));
        Assert.False(schedule.Counts(Anna, Second, Start.AddMinutes(149)));
        Assert.True(schedule.Counts(Anna, Second, Start.AddMinutes(150)));
    }

    [Fact]
    public void What_an_earlier_meter_signed_counts_for_an_earlier_period_for_good()
    {
        var schedule = new MeterSchedule([Announced(60, First), Announced(600, Second)], Delay);
        var late = Start.AddDays(1);
        Assert.True(schedule.Counts(Anna, Second, late));
        Assert.All([Anna, First, Second], signer => Assert.True(schedule.CountedBy(Anna, signer, late)));
        Assert.False(schedule.Counts(Anna, First, late));
        Assert.False(schedule.CountedBy(Anna, Second, Start.AddMinutes(100)));
    }

    [Fact]
    public void Anothers_announcement_changes_nothing()
    {
        var schedule = new MeterSchedule([Announced(60, First) with { Member = Second }], Delay);
        Assert.True(schedule.Counts(Anna, Anna, Start.AddDays(1)));
        Assert.False(schedule.CountedBy(Anna, First, Start.AddDays(1)));
    }

    private static MeterAnnouncement Announced(int minutes, Address meter) => new(Anna, meter, Start.AddMinutes(minutes) + Delay);

    private static Address AddressOf(char digit) => Address.Parse("0x" + new string(digit, 40));
}
