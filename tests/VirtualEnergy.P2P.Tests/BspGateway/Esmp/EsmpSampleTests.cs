using System.Text;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Xml;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Esmp;

/// <summary>Sample files of another's making, ../shared/schemas/esmp/samples.</summary>
public sealed class EsmpSampleTests
{
    private static string Folder => RepositoryFiles.Shared("schemas/esmp/samples/data");

    [Fact]
    public void A_bid_whose_sender_has_17_characters_is_refused_for_its_sender()
    {
        var receipt = Intake().Receive(File.ReadAllBytes(Path.Combine(Folder, "fingrid_reserve_bid.xml")));
        Assert.Equal(EsmpOutcome.Unreadable, receipt.Outcome);
        var reasons = receipt.Acknowledgement!.Reasons;
        Assert.Equal(ReasonCode.Rejected, reasons[0].Code);
        Assert.Contains(reasons, reason => reason.Code == ReasonCode.Sender && reason.Text!.StartsWith("sender_MarketParticipant.mRID:", StringComparison.Ordinal) && reason.Text.Contains("17", StringComparison.Ordinal));
        Assert.Contains(reasons, reason => reason.Code == ReasonCode.Resource); // its resource has 17 as well
        Assert.Equal("780b9d69-23c8-4da1-a303-da7875573259", receipt.Acknowledgement.ReceivedId);
    }

    [Fact]
    public void The_same_bid_with_identifiers_of_16_characters_is_imported()
    {
        var text = File.ReadAllText(Path.Combine(Folder, "fingrid_reserve_bid.xml"))
            .Replace("10XBSP-FI-001---A", EsmpExamples.Checked("10XBSP-FI-001--").Value, StringComparison.Ordinal)
            .Replace("10XHYDRO-FI-001-A", EsmpExamples.Checked("10XHYDRO-FI-001").Value, StringComparison.Ordinal);
        var offer = Assert.Single(ReserveOffers.Of(Assert.IsType<ReserveBidDocument>(EsmpCodec.Read(Encoding.UTF8.GetBytes(text)).Document)));

        // 40 MW up, at least 10, at 68.5 EUR/MWh, for the quarter hour from 10:00 UTC.
        Assert.Equal(new OfferedPeriod(40_000_000, 10_000_000, 68_500), Assert.Single(offer.Periods));
        Assert.Equal(new DateTimeOffset(2026, 3, 21, 10, 0, 0, TimeSpan.Zero), offer.Start);

        // It was made four days after that quarter hour, so an intake refuses it by its gate, whenever it comes.
        var receipt = Intake().Receive(Encoding.UTF8.GetBytes(text));
        Assert.Equal(EsmpOutcome.Refused, receipt.Outcome);
        Assert.Equal([ReasonCode.Rejected, ReasonCode.Deadline], receipt.Acknowledgement!.Reasons.Select(reason => reason.Code));
    }

    [Theory]
    [InlineData("asset_battery.json")]
    [InlineData("asset_hydro.json")]
    [InlineData("asset_wind.json")]
    [InlineData("day_ahead_prices.csv")]
    public void What_is_no_XML_cannot_be_processed(string file)
    {
        var receipt = Intake().Receive(File.ReadAllBytes(Path.Combine(Folder, file)));
        Assert.Equal(EsmpOutcome.Unreadable, receipt.Outcome);
        Assert.Equal([ReasonCode.Rejected, ReasonCode.Unprocessable], receipt.Acknowledgement!.Reasons.Select(reason => reason.Code));
    }

    [Fact]
    public void Every_sample_is_one_of_these() =>
        Assert.Equal(["asset_battery.json", "asset_hydro.json", "asset_wind.json", "day_ahead_prices.csv", "fingrid_reserve_bid.xml"], Directory.GetFiles(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    // Fingrid, in the role the sample gives it, with a contract with the sample's sender.
    private static EsmpIntake Intake() => new(
        new EsmpProfile { Self = EnergyIdentifier.Eic("10X1001A1001A264"), SelfRole = "A34", Partners = [new EsmpPartner(EsmpExamples.Checked("10XBSP-FI-001--"), "A46")] },
        new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2026, 3, 25, 14, 20, 0, TimeSpan.Zero)),
        () => "ACK",
        _ => throw new InvalidOperationException("A refused document has no effect."));
}
