using VirtualEnergy.P2P.Flexibility;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility;

/// <summary>Ids that are made here are UUIDs of version 8 (RFC 9562): the digit after the second hyphen is 8, the one after the third 8 to b.</summary>
public sealed class IdentifierTests
{
    [Fact]
    public void A_sequence_gives_each_UUID_once_and_another_seed_gives_others()
    {
        // The last 48 bits count; of the seed's own, the bits of version and variant are overwritten: ffff-…-ffff becomes 8fff and bfff.
        var ids = new IdentifierSequence(new Guid("ffffffff-ffff-ffff-ffff-ffffffffffff"));
        Assert.Equal(["ffffffff-ffff-8fff-bfff-000000000001", "ffffffff-ffff-8fff-bfff-000000000002"], new[] { ids.Next().ToString(), ids.Next().ToString() });
        var many = new IdentifierSequence(new Guid("12345678-0000-0000-0000-000000000000"));
        var made = Enumerable.Range(0, 70_000).AsParallel().Select(_ => many.Next()).ToHashSet();
        Assert.Equal(70_000, made.Count); // more than 16 bits
        Assert.All(made.Take(100), id => Assert.StartsWith("12345678-0000-8000-8000-", id.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_gives_always_the_same_UUID()
    {
        // FNV-1a in 128 bits of "foobar" is 343e1662793c64bf6f0d3597ba446f18 (test vectors of its authors); the digits of version and variant go over it.
        Assert.Equal("343e1662-793c-84bf-af0d-3597ba446f18", Identifier.Named("foobar").ToString());
        Assert.NotEqual(Identifier.Named("mode-1"), Identifier.Named("mode-2"));
    }
}
