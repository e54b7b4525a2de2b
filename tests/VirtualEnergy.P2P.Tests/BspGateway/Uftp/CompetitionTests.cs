using System.Text;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.BspGateway.Uftp;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Uftp;

/// <summary>A grid operator's competition: imported, answered, reserved, requested, settled.</summary>
public sealed class CompetitionTests
{
    private const string Json = """
        {
          "id": "SARD-2026", "operator": "dso.example.org", "currency": "EUR", "timeZone": "Europe/Rome",
          "areas": [{
            "id": "OR-1", "name": "Oristano", "congestionPoint": "ean.871685900012636543",
            "windows": [
              { "id": "W-EVENING", "from": "2026-07-01", "until": "2026-09-30", "days": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], "start": "19:00", "end": "20:00",
                "direction": "up", "watts": 200000, "minimumWatts": 10000, "stepWatts": 1000, "availabilityCapEurPerMWh": 12.5, "utilisationCapEurPerMWh": 300 },
              { "id": "W-NOON", "from": "2026-07-01", "until": "2026-10-31", "days": ["Sunday"], "start": "00:00", "end": "24:00",
                "direction": "down", "watts": 100000, "minimumWatts": 1, "stepWatts": 1, "availabilityCapEurPerMWh": 2, "utilisationCapEurPerMWh": 50 }
            ]
          }]
        }
        """;

    private static readonly GridCompetition Competition = CompetitionFile.ReadCompetition(Encoding.UTF8.GetBytes(Json), out _)!;

    private static readonly WindowBid Award = new("W-EVENING", 60_000, 10_000_000, 250_000);

    [Fact]
    public void A_competition_is_read_in_whole_numbers()
    {
        var evening = Competition.Areas[0].Windows[0];
        Assert.Equal((RegulationDirection.Up, 12_500_000L, 300_000L, 1_140, 1_200), (evening.Direction, evening.AvailabilityCap, evening.UtilisationCap, evening.StartMinute, evening.EndMinute));
        Assert.Equal("dso.example.org", Competition.OperatorDomain);
    }

    [Fact]
    public void A_window_has_the_periods_of_its_hours_by_the_clock_on_the_wall()
    {
        var (evening, sundays) = (Competition.Areas[0].Windows[0], Competition.Areas[0].Windows[1]);
        Assert.Equal([77, 78, 79, 80], evening.PeriodsOf(new DateOnly(2026, 7, 15))); // a Wednesday; 19:00 is period 77
        Assert.Empty(evening.PeriodsOf(new DateOnly(2026, 7, 18))); // a Saturday
        Assert.Empty(evening.PeriodsOf(new DateOnly(2026, 10, 1)));
        Assert.Equal(100, sundays.PeriodsOf(new DateOnly(2026, 10, 25)).Count); // the clocks go back
    }

    [Fact]
    public void An_answer_is_what_can_be_done_as_far_as_it_is_asked()
    {
        // 60.7 kW in steps of 1 kW is 60 kW; the Sunday price of 60 EUR/MWh is over its cap of 50.
        var bids = CompetitionBids.Answer(Competition, (_, window) => window.Id == "W-EVENING" ? new WindowCapability(60_700, 10_000_000, 250_000) : new WindowCapability(500_000, 0, 60_000));
        Assert.Equal([Award], bids);
        Assert.Equal(200_000, Assert.Single(CompetitionBids.Answer(Competition, (_, window) => window.Id == "W-EVENING" ? new WindowCapability(1_000_000, 0, 0) : default)).Watts);
        Assert.DoesNotContain(CompetitionBids.Answer(Competition, (_, _) => new WindowCapability(9_999, 0, 0)), bid => bid.WindowId == "W-EVENING");
    }

    [Fact]
    public void Bids_are_written_and_read_back_the_same()
    {
        var written = CompetitionFile.WriteBids(Competition, UftpExamples.Aggregator, [Award]);
        Assert.Equal([Award], CompetitionFile.ReadBids(written, Competition, out var problem)!.Value);
        Assert.Empty(problem);
        Assert.Contains("\"availabilityEurPerMWh\": 10", Encoding.UTF8.GetString(written), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"start\": \"19:00\"", "\"start\": \"20:00\"", "W-EVENING: start before end")]
    [InlineData("\"start\": \"19:00\"", "\"start\": \"19:07\"", "is no quarter hour")]
    [InlineData("\"Monday\", \"Tuesday\"", "\"Monday\", \"Montag\"", "is no day of the week")]
    [InlineData("\"Monday\", \"Tuesday\"", "\"Monday\", \"Monday\"", "each day of the week once")]
    [InlineData("\"Monday\", \"Tuesday\"", "\"Monday\", \"2\"", "is no day of the week")]
    [InlineData("\"direction\": \"up\"", "\"direction\": \"UP\"", "direction is up")]
    [InlineData("\"minimumWatts\": 10000", "\"minimumWatts\": 300000", "no more than the first")]
    [InlineData("\"stepWatts\": 1000", "\"stepWatts\": 0", "are positive")]
    [InlineData("\"until\": \"2026-09-30\"", "\"until\": \"2026-06-30\"", "from comes before until")]
    [InlineData("12.5", "12.5000001", "availabilityCapEurPerMWh")]
    [InlineData("12.5", "-1", "availabilityCapEurPerMWh")]
    [InlineData("12.5", "1e30", "Line 7")]
    [InlineData("\"currency\": \"EUR\"", "\"currency\": \"CHF\"", "only EUR")]
    [InlineData("Europe/Rome", "Europe/Athens", "Central European time")]
    [InlineData("ean.871685900012636543", "871685900012636543", "no entity address")]
    [InlineData("W-NOON", "W-EVENING", "two have one id")]
    [InlineData("\"currency\": \"EUR\",", "", "is not as the form has it")]
    [InlineData("\"currency\": \"EUR\",", "\"currency\": \"EUR\", \"extra\": 1,", "extra")]
    [InlineData("\"watts\": 200000", "\"watts\": 200000.5", "watts")]
    [InlineData("\"name\": \"Oristano\"", "\"name\": null", "name")]
    public void A_wrong_competition_is_refused_with_what_is_wrong(string right, string wrong, string reason)
    {
        var at = Json.IndexOf(right, StringComparison.Ordinal);
        Assert.True(at >= 0, right);
        Assert.Null(CompetitionFile.ReadCompetition(Encoding.UTF8.GetBytes(Json[..at] + wrong + Json[(at + right.Length)..]), out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_file_of_the_form_is_refused()
    {
        foreach (var text in new[] { "", "null", "[]", "{", new string('[', 100), "{\"id\":\"\\ud800\"}", new string(' ', 1_100_000) })
        {
            Assert.Null(CompetitionFile.ReadCompetition(Encoding.UTF8.GetBytes(text), out var problem));
            Assert.NotEmpty(problem);
        }

        Assert.Null(CompetitionFile.ReadBids("""{"competition":"SARD-2026","bidder":"agr.example.org","bids":[{"window":"W-EVENING","watts":200001,"availabilityEurPerMWh":0,"utilisationEurPerMWh":0}]}"""u8, Competition, out var why));
        Assert.Contains("10000 to 200000 W", why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_contract_is_reserved_until_the_operator_releases_it_and_never_more_than_was()
    {
        var contracts = new CompetitionContracts(Competition, [Award]);
        Assert.Equal([-60_000, -60_000, 0], new[] { 77, 80, 81 }.Select(isp => contracts.Reserved("W-EVENING", UftpExamples.Day, isp)));

        // 40 kW in 77 and 78, nothing in 79 and 80.
        Assert.Null(contracts.Release(UftpExamples.Reservation()));
        Assert.Equal([-40_000, -40_000, 0, 0], new[] { 77, 78, 79, 80 }.Select(isp => contracts.Reserved("W-EVENING", UftpExamples.Day, isp)));
        Assert.Equal("More than is reserved", contracts.Release(UftpExamples.Reservation() with { Isps = [new IspPower(-41_000, 77)] }));
        Assert.Equal("More than is reserved", contracts.Release(UftpExamples.Reservation() with { Isps = [new IspPower(1, 77)] }));
        Assert.Equal("More than is reserved", contracts.Release(UftpExamples.Reservation() with { Isps = [new IspPower(-1, 1)] }));
        Assert.Equal("Unknown ContractID", contracts.Release(UftpExamples.Reservation() with { ContractId = "W-NOON" }));
        Assert.Equal("Unknown ContractID", contracts.Release(UftpExamples.Reservation() with { SenderDomain = "other.example.org" }));
        Assert.Equal("Invalid CongestionPoint", contracts.Release(UftpExamples.Reservation() with { CongestionPoint = UftpExamples.OtherPoint }));
    }

    [Fact]
    public void A_request_obliges_to_the_lesser_of_reserved_and_requested()
    {
        // Reserved 40, 40, 0, 0 kW; requested up to 60 kW in 77 to 80. Requested up to 30 kW: 30. The other direction: nothing.
        var contracts = new CompetitionContracts(Competition, [Award]);
        contracts.Release(UftpExamples.Reservation());
        Assert.Equal([new IspPower(-40_000, 77), new IspPower(-40_000, 78)], contracts.Obligation(UftpExamples.Request()));
        var request = UftpExamples.Request();
        Assert.Equal(-30_000, contracts.Obligation(request with { Isps = [request.Isps[0] with { MinPower = -30_000 }] })[0].Power);
        Assert.Empty(contracts.Obligation(request with { Isps = [request.Isps[0] with { MinPower = 10_000, MaxPower = 20_000 }] }));
        Assert.Empty(contracts.Obligation(request with { ContractId = "X" }));
    }

    [Fact]
    public void Availability_is_paid_for_what_was_ready_and_utilisation_for_what_was_delivered()
    {
        // 15 July: 40 kW in two quarter hours after the release, of which 77 was ready with 30 only: (30 + 40) kW × 0.25 h = 17.5 kWh of readiness.
        // 16 July: 60 kW in four quarter hours = 60 kW·h. Together 0.0775 MW·h at 10 EUR = 0.775 EUR. 12.345 kWh at 0.25 EUR = 3.08625 EUR.
        var contracts = new CompetitionContracts(Competition, [Award]);
        contracts.Release(UftpExamples.Reservation());
        var earned = contracts.Earned("W-EVENING", UftpExamples.Day, UftpExamples.Day.AddDays(1), (day, isp) => day == UftpExamples.Day && isp == 77 ? 30_000 : 1_000_000, (day, isp) => day == UftpExamples.Day && isp == 77 ? 12_345 : -5);
        Assert.Equal((new Money(775_000), new Money(3_086_250), new Money(3_861_250)), (earned.Availability, earned.Utilisation, earned.Total));
    }

    [Fact]
    public void A_sum_is_rounded_half_up_once()
    {
        // 1 W ready in 4 quarter hours at 500 000 µEUR: 0.5 µEUR is 1; at 499 999: 0.499999 is 0.
        Assert.Equal(1, Earned(500_000));
        Assert.Equal(0, Earned(499_999));
        static long Earned(long price) => new CompetitionContracts(Competition, [Award with { AvailabilityPrice = price }]).Earned("W-EVENING", UftpExamples.Day, UftpExamples.Day, (_, _) => 1, (_, _) => 0).Availability.MicroEur;
    }

    [Fact]
    public void An_award_that_was_not_to_be_had_is_refused() => Assert.Throws<ArgumentException>(() => new CompetitionContracts(Competition, [Award with { Watts = 1 }]));
}
