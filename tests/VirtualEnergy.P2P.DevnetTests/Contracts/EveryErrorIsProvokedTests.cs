using VirtualEnergy.P2P.Settlement.Contracts;
using Xunit;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>Holds the tests in this folder and the contracts' own to the contracts' list of errors.</summary>
public sealed class EveryErrorIsProvokedTests
{
    public static TheoryData<string> ErrorsOfTheContract()
    {
        // What only the token or OpenZeppelin's changing of roles refuses is tested there.
        var theirs = TestEuro.Errors.Select(error => error.Name).ToHashSet();
        return
        [
            .. EnergySettlementContract.Errors.Concat(FraudProofsContract.Errors).Select(error => error.Name).Distinct()
                .Where(name => !theirs.Contains(name) && !name.StartsWith("AccessControl", StringComparison.Ordinal) && !name.StartsWith("SafeCast", StringComparison.Ordinal)),
        ];
    }

    [Theory]
    [MemberData(nameof(ErrorsOfTheContract))]
    public void Some_test_provokes_the_error(string error)
    {
        var here = Path.Combine(RepositoryFiles.Root, "tests", "VirtualEnergy.P2P.DevnetTests", "Contracts");
        var there = Path.Combine(RepositoryFiles.Root, "contracts", "test", "forge");
        Assert.Contains(
            Directory.EnumerateFiles(here, "*Tests.cs").Concat(Directory.EnumerateFiles(there, "*.sol")).Select(File.ReadAllText),
            test => test.Contains($"RefusesAsync(\"{error}\"", StringComparison.Ordinal) || test.Contains($".{error}.selector", StringComparison.Ordinal));
    }
}
