using System.Numerics;
using VirtualEnergy.P2P.Node.Funds;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Funds;

public sealed class FundsRefusalTests
{
    private static readonly Address Anna = Address.Parse("0x1111111111111111111111111111111111111111");

    /// <summary>Errors that only an operator's, a judge's or an administrator's calls end with: the contract's own words do.</summary>
    private static readonly HashSet<string> OfOthers =
    [
        "WindowOutOfRange", "PeriodsPerBatchOutOfRange", "ChallengeTooLong", "TooManyMembers", "AlreadyRegistered", "PeriodTooHigh", "NotThisPeriod", "RingFull",
        "NotSettler", "PeriodNotNext", "CallDataLength", "UnknownWord", "SlotsNotAscending", "SlotNotInUse", "LaneNotInUse", "Overdraft", "DeltasNotBalanced",
        "PeriodNotInWindow", "MeteredAlready", "MeteredPeriodOutOfRange", "MeteredTooLate", "NothingMetered", "MeteredBatchStands", "BondTooHigh", "PeriodFinal",
        "AlreadyProved", "NotJudge", "NotFrozen", "NotWhatWasSettled", "PaymentLaneNotInUse", "DeltaOverflow",
        "PartNotNext", "PartsTooLate", "NothingUnfinished",
    ];

    public static TheoryData<string> Errors => [.. EnergySettlementContract.Errors.Select(error => error.Name).Distinct()];

    [Theory]
    [MemberData(nameof(Errors))]
    public void Every_error_of_the_contract_is_one_line_that_names_no_code(string name)
    {
        var error = EnergySettlementContract.Errors.First(known => known.Name == name);
        var arguments = error.CanonicalSignature[(name.Length + 1)..^1].Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(type => type switch { "address" => Anna, "bytes32" => new byte[32], _ => (object)new BigInteger(1) }).ToArray();
        var line = FundsRefusal.Of(EthereumRevertException.From(error.Encode(arguments), EnergySettlementContract.Errors));
        Assert.DoesNotContain('\n', line);
        Assert.True(line.Length > 10 && line[^1] == '.', line);
        var isOfOthers = OfOthers.Contains(name) || name.StartsWith("AccessControl", StringComparison.Ordinal) || name.StartsWith("SafeCast", StringComparison.Ordinal);
        Assert.Equal(isOfOthers, line.Contains("The contract refuses", StringComparison.Ordinal));
    }

    [Fact]
    public void Amounts_and_times_are_said_as_people_say_them()
    {
        Assert.Equal("You have 0.50 EUR in the escrow and asked for 12.50 EUR: ask for less, or write all.", Line("InsufficientBalance", Anna, 500_000, 12_500_000));
        Assert.Equal("It is too early: try again from 2026-11-29 12:00:00 UTC on.", Line("NotYet", 1_795_953_600)); // date -u -d 2026-11-29T12:00 +%s
        Assert.Contains("frozen until it is rolled back", Line("NotOpen", 5), StringComparison.Ordinal); // bonded and frozen
        Assert.Contains("ve funds exit", Line("NotOpen", 9), StringComparison.Ordinal); // bonded and exiting
    }

    [Fact]
    public void Every_line_is_for_an_error_that_there_is() =>
        Assert.Empty(FundsRefusal.Known.Except(EnergySettlementContract.Errors.Select(error => error.Name)));

    private static string Line(string name, params object[] arguments) => FundsRefusal.Of(EthereumRevertException.From(
        EnergySettlementContract.Errors.First(known => known.Name == name).Encode(arguments), EnergySettlementContract.Errors));
}
