using VirtualEnergy.P2P.Iec104.Link;
using VirtualEnergy.P2P.Tests.Proof;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Iec104;

/// <summary>A slice of what <c>fuzz iec104</c> in the benchmarks project does a million times.</summary>
public sealed class HostileInputTests
{
    public static TheoryData<Iec104Family> Families => [.. Enum.GetValues<Iec104Family>()];

    [Theory]
    [MemberData(nameof(Families))]
    public void Whatever_a_peer_sends_is_read_alike_however_cut_and_answered_rightly_or_refused_by_name(Iec104Family family)
    {
        for (var number = 0UL; number < 2_000; number++)
        {
            var result = Iec104Check.Of(Iec104Hostile.Make(family, seed: 1, number), Iec104Hostile.Dice(family, 2, number));
            Assert.True(result.Problem is null, $"{family} {number}: {result.Problem}");
        }
    }

    [Fact]
    public void The_families_reach_what_they_aim_at()
    {
        Iec104Result[] Results(Iec104Family family) =>
            [.. Enumerable.Range(0, 500).Select(number => Iec104Check.Of(Iec104Hostile.Make(family, 1, (ulong)number), Iec104Hostile.Dice(family, 2, (ulong)number)))];

        Assert.Contains(Results(Iec104Family.Noise), result => result.Closed == LinkCloseReason.BadFrame);
        var frames = Results(Iec104Family.Frames);
        Assert.Contains(frames, result => result.Closed == LinkCloseReason.SequenceGap);
        Assert.Contains(frames, result => result.Closed == LinkCloseReason.AcknowledgementOutOfRange);
        Assert.Contains(frames, result => result.Closed == LinkCloseReason.UnexpectedFunction);
        Assert.Contains(frames, result => result.Closed == LinkCloseReason.NotStarted);
        Assert.Contains(Results(Iec104Family.Asdus), result => result is { Asdus: > 0, Answers: > 0, Closed: LinkCloseReason.None });
        Assert.All(Results(Iec104Family.Requests), result => Assert.Equal((LinkCloseReason.None, true), (result.Closed, result.Asdus == result.Frames)));
        Assert.Contains(Results(Iec104Family.Requests), result => result.Commands > 0);
        Assert.Contains(Results(Iec104Family.Mutations), result => result is { Commands: > 0, Closed: LinkCloseReason.BadFrame });
    }
}
