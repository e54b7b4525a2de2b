using Xunit;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>Where the escrow keeps what: whoever reads its storage directly, or thinks about its gas, depends on it.</summary>
public sealed class StorageLayoutTests
{
    [Fact]
    public void The_escrow_keeps_its_storage_where_it_is_checked_in()
    {
        var layout = Path.Combine(RepositoryFiles.Root, "artifacts", "contracts", "EnergySettlement.storage.json");
        CheckedInSnapshot.Holds("storage-layout.json", File.ReadAllText(layout));
    }
}
