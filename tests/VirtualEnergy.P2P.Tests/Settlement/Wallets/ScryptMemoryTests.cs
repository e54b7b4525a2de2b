using System.Text;
using VirtualEnergy.P2P.Settlement.Wallets;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Wallets;

public sealed class ScryptMemoryTests
{
    [Fact]
    public void The_keys_derivation_leaves_the_managed_heap_alone()
    {
        // RFC 7914, section 12: 16 MiB, which a node's heap would keep.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var key = Scrypt.Derive(Encoding.ASCII.GetBytes("pleaseletmein"), Encoding.ASCII.GetBytes("SodiumChloride"), new ScryptCost(16_384, 8, 1), 64);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        Assert.StartsWith("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2", Convert.ToHexStringLower(key), StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_is_read_as_it_was_written_and_none_lies_beyond_the_last()
    {
        using var memory = new ScryptMemory(rows: 4, words: 32);
        var (row, read) = (Enumerable.Range(1, 32).Select(word => (uint)word).ToArray(), new uint[32]);
        memory.Write(3, row);
        memory.Read(3, read);
        Assert.Equal(row, read);
        Assert.Throws<ArgumentException>(() => memory.Read(4, read));
    }
}
