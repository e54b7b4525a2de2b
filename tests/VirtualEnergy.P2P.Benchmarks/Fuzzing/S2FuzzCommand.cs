using System.CommandLine;
using VirtualEnergy.P2P.Tests.Proof.S2;

namespace VirtualEnergy.P2P.Benchmarks.Fuzzing;

/// <summary><c>fuzz s2</c>: spoilt S2 payloads by seed, through the parser.</summary>
internal static class S2FuzzCommand
{
    public static Command Create() => PayloadFuzz.Create(
        "s2", """
        Read spoilt S2 messages: each is a message that reads the same when written again, or a refusal with S2's status and a reason.
        Exit code 1 when one is neither; the first such payload is printed.
        Example: fuzz s2 --count 1000000 --seed 1
        """,
        seed => new S2Mutator(seed).NextBytes,
        payload =>
        {
            var (reading, wrong) = S2ParserCheck.Of(payload);
            return (reading.Refusal?.Status.ToString() ?? "taken", wrong);
        });
}
