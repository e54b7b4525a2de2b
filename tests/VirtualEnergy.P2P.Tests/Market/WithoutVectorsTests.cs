using System.Diagnostics;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market;

/// <summary>What is fast by wide vectors answers the same on a machine that has none: the packed auction's tests once more, with them switched off.</summary>
public sealed class WithoutVectorsTests
{
    [Fact]
    public async Task The_packed_auction_passes_its_tests_without_vector_instructions()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(WithoutVectorsTests).Assembly.Location, "--filter-class", "*.PackedAuctionTests", "*.PackedTradesTests"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_EnableHWIntrinsic"] = "0" },
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output + await errors);
    }
}
