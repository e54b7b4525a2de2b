using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers;

/// <summary>A small slice of what `fuzz-devices` does a million times.</summary>
public sealed class DeviceNoiseTests
{
    private const int Tries = 5_000;

    public static TheoryData<string> Families => [.. DeviceNoise.Families.Select(family => family.Family)];

    [Theory]
    [MemberData(nameof(Families))]
    public void No_bytes_make_a_parser_throw_and_both_its_answers_are_reached(string family)
    {
        var random = new Random(21);
        var readOne = DeviceNoise.Families.Single(known => known.Family == family).ReadOne;
        var read = 0;
        for (var i = 0; i < Tries; i++)
        {
            read += readOne(random) ? 1 : 0;
        }

        Assert.InRange(read, Tries / 50, Tries * 49 / 50);
    }
}
