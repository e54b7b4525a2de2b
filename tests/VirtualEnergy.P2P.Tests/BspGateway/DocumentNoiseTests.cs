using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway;

/// <summary>Some thousands of damaged documents by seed; <c>fuzz-documents</c> in the benchmarks project makes a million.</summary>
public sealed class DocumentNoiseTests
{
    public static TheoryData<string> Families => [.. DocumentNoise.Families.Select(family => family.Family)];

    [Theory]
    [MemberData(nameof(Families))]
    public void Damaged_documents_are_read_whole_or_refused_and_never_sold_twice(string family)
    {
        var (random, read) = (new Random(20_260_715), 0);
        var readOne = DocumentNoise.Families.First(one => one.Family == family).ReadOne;
        for (var number = 0; number < 3_000; number++)
        {
            read += readOne(random) ? 1 : 0;
        }

        Assert.InRange(read, 50, 2_900); // some stay right and some do not, so both ways are walked
    }
}
