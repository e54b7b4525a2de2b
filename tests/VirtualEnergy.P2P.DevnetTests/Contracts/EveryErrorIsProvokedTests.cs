using VirtualEnergy.P2P.Settlement.Contracts;
using Xunit;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>Holds the tests in this folder to the contract's list of errors.</summary>
public sealed class EveryErrorIsProvokedTests
{
    public static TheoryData<string> ErrorsOfTheContract()
    {
        // What the token alone refuses is OpenZeppelin's, and tested there.
        var ofTheToken = TestEuro.Errors.Select(error => error.Name).ToHashSet();
        return [.. EnergySettlementContract.Errors.Select(error => error.Name).Where(name => !ofTheToken.Contains(name))];
    }

    [Theory]
    [MemberData(nameof(ErrorsOfTheContract))]
    public void Some_test_provokes_the_error(string error)
    {
        var folder = Path.Combine(RepositoryFiles.Root, "tests", "VirtualEnergy.P2P.DevnetTests", "Contracts");
        Assert.Contains(
            Directory.EnumerateFiles(folder, "*Tests.cs").Select(File.ReadAllText),
            test => test.Contains($"RefusesAsync(\"{error}\"", StringComparison.Ordinal));
    }
}
