using System.CommandLine;
using VirtualEnergy.P2P.Tests.Proof;

namespace VirtualEnergy.P2P.Benchmarks.Fuzzing;

/// <summary><c>fuzz flexibility</c>: spoilt messages between homes and a balancing service provider by seed, through all their readers.</summary>
internal static class FlexibilityFuzzCommand
{
    public static Command Create() => PayloadFuzz.Create(
        "flexibility", """
        Read spoilt messages of flexibility as every kind: each is a message that reads the same when written again, or refused with a reason.
        Exit code 1 when one is neither; the first such payload is printed.
        Example: fuzz flexibility --count 1000000 --seed 1
        """,
        seed =>
        {
            var random = new Random(seed);
            return () => FlexibilityExamples.Spoilt(random);
        },
        payload =>
        {
            var (kinds, wrong) = FlexibilityExamples.Check(payload);
            return (kinds > 0 ? "read" : "refused", wrong);
        });
}
