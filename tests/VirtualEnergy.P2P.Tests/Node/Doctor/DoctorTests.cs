using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Doctor;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Doctor;

public sealed class DoctorTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);
    private static readonly Uri Rpc = new("http://127.0.0.1:8545");

    private readonly string _folder = Directory.CreateTempSubdirectory("ve-doctor-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_library_in_use_is_named_and_only_the_slower_one_is_a_warning()
    {
        var finding = MachineCheck.Curve(TimeProvider.System);
        Assert.StartsWith(Secp256k1.Implementation + ": ", finding.Is, StringComparison.Ordinal);
        Assert.Equal(Secp256k1.IsNative ? FindingState.Ok : FindingState.Warn, finding.State);
        Assert.Equal(Secp256k1.IsNative, finding.Advice is null);
    }

    [Theory]
    [InlineData(MachineCheck.NoSpace - 1, FindingState.Fail)]
    [InlineData(MachineCheck.NoSpace, FindingState.Warn)]
    [InlineData(MachineCheck.LittleSpace - 1, FindingState.Warn)]
    [InlineData(MachineCheck.LittleSpace, FindingState.Ok)]
    public void Room_is_judged_by_what_a_journal_needs(long bytes, FindingState expected) => Assert.Equal(expected, MachineCheck.Space("/var", bytes).State);

    [Theory]
    [InlineData(0, FindingState.Ok)] // five minutes before the gate
    [InlineData(-3, FindingState.Warn)] // this clock is three hours behind
    [InlineData(3, FindingState.Warn)] // and ahead
    public void A_clock_is_held_against_the_open_gate(int hoursOff, FindingState expected)
    {
        var start = Now.AddMinutes(10);
        var finding = MarketCheck.GateOf(new RoundAnnouncement(PeriodGrid.QuarterHour.At(start), start, Now.AddMinutes(5)), PeriodGrid.QuarterHour, Now.AddHours(hoursOff));
        Assert.Equal(("gate", expected), (finding?.What, finding?.State));
        Assert.Contains(hoursOff switch { 0 => "in 00:05:00", -3 => "in 03:05:00", _ => "02:55:00 ago" }, finding!.Is, StringComparison.Ordinal);
    }

    [Fact]
    public void Simulated_time_says_nothing_of_this_machines_clock()
    {
        // Its gates close by the wall clock, months before or after what they deliver.
        var spring = new DateTimeOffset(2026, 4, 15, 0, 0, 0, TimeSpan.Zero);
        Assert.Null(MarketCheck.GateOf(new RoundAnnouncement(PeriodGrid.QuarterHour.At(spring), spring, Now.AddSeconds(30)), PeriodGrid.QuarterHour, Now));
        Assert.Null(MarketCheck.GateOf(new RoundAnnouncement(PeriodGrid.QuarterHour.At(Now), Now.AddMonths(3), Now.AddSeconds(30)), PeriodGrid.QuarterHour, Now));
    }

    [Fact]
    public void A_wallet_is_opened_by_the_password_that_the_configuration_names_and_never_asked_for()
    {
        var (wallet, password) = (Path.Combine(_folder, "anna.json"), Path.Combine(_folder, "password"));
        File.WriteAllText(password, "pw");
        var missing = HomeCheck.Wallet(wallet, password);
        Assert.Equal(("wallet", FindingState.Fail), (missing.What, missing.State));
        Assert.Contains("anna.json", missing.Is, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journals_place_is_tried_and_left_as_it_was()
    {
        var path = Path.Combine(_folder, "journal.db");
        Assert.Equal(FindingState.Ok, MachineCheck.Journal(path).First().State);
        Assert.Empty(Directory.GetFiles(_folder));
        File.WriteAllText(path, "as it was");
        Assert.Equal(FindingState.Ok, MachineCheck.Journal(path).First().State);
        Assert.Equal("as it was", File.ReadAllText(path));
    }

    [Fact]
    public void A_journal_in_a_folder_that_is_not_there_fails_and_says_what_to_do()
    {
        var finding = Assert.Single(MachineCheck.Journal(Path.Combine(_folder, "missing", "journal.db")));
        Assert.Equal(FindingState.Fail, finding.State);
        Assert.Contains("make its folder", finding.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, FindingState.Ok)]
    [InlineData(300, FindingState.Ok)]
    [InlineData(301, FindingState.Warn)]
    [InlineData(-15, FindingState.Ok)]
    [InlineData(-16, FindingState.Fail)]
    public void A_clock_behind_the_newest_block_fails_and_an_old_block_is_a_warning(int secondsOld, FindingState expected) =>
        Assert.Equal(expected, MarketCheck.ClockOf(new BlockHead(9, default, default, Now.AddSeconds(-secondsOld), BigInteger.One), Now).State);

    [Fact]
    public void A_node_without_blocks_is_a_warning() => Assert.Equal(FindingState.Warn, MarketCheck.ClockOf(null, Now).State);

    [Fact]
    public void A_node_of_another_chain_than_the_markets_fails()
    {
        var market = new MarketDescription("hamlet", 31337, Address.Zero.ToString(), Address.Zero.ToString(), MarketRules.Default);
        Assert.Equal(FindingState.Ok, MarketCheck.ChainOf(Rpc, 31337, market).State);
        Assert.Equal(FindingState.Ok, MarketCheck.ChainOf(Rpc, 1, null).State);
        var finding = MarketCheck.ChainOf(Rpc, 1, market);
        Assert.Equal(FindingState.Fail, finding.State);
        Assert.Contains("is on chain 1, the market on 31337", finding.Is, StringComparison.Ordinal);
    }
}
