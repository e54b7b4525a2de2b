using VirtualEnergy.P2P.BspGateway.OpenAdr;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Flexibility;
using Xunit;
using static VirtualEnergy.P2P.Tests.BspGateway.OpenAdr.VtnFixture;

namespace VirtualEnergy.P2P.Tests.BspGateway.OpenAdr;

public sealed class VenReadingTests
{
    [Fact]
    public void Readings_carry_watts_and_the_time_of_their_interval()
    {
        var (readings, leftOut) = Read("""
            "payloadDescriptors":[{"objectType":"REPORT_PAYLOAD_DESCRIPTOR","payloadType":"READING","units":"KW"},{"objectType":"REPORT_PAYLOAD_DESCRIPTOR","payloadType":"UP_REGULATION_AVAILABLE","units":"W"}],
            "resources":[{"resourceName":"meter","intervalPeriod":{"start":"2026-06-15T12:00:00Z","duration":"PT4S"},"intervals":[
              {"id":0,"payloads":[{"type":"READING","values":[-1.2345]}]},
              {"id":1,"payloads":[{"type":"READING","values":[0.5]},{"type":"UP_REGULATION_AVAILABLE","values":[700]}]}]}]
            """);
        Assert.Equal(0, leftOut);
        var four = TimeSpan.FromSeconds(4);
        var noon = new DateTimeOffset(2026, 6, 15, 12, 0, 0, TimeSpan.Zero);
        // -1.2345 kW = -1234.5 W, rounded away from zero.
        Assert.Equal(
            [new VenReading("anna", "meter", VenQuantity.Power, noon, four, -1_235), new VenReading("anna", "meter", VenQuantity.Power, noon + four, four, 500),
             new VenReading("anna", "meter", VenQuantity.UpwardAvailable, noon + four, four, 700)],
            readings);
    }

    [Theory]
    [InlineData(""" "resources":[{"resourceName":"m","intervals":[{"id":0,"payloads":[{"type":"READING","values":[1]}]}]}] """)] // no time
    [InlineData(""" "payloadDescriptors":[{"objectType":"REPORT_PAYLOAD_DESCRIPTOR","payloadType":"READING","units":"KW"}],"resources":[{"resourceName":"m","intervalPeriod":{"start":"2026-06-15T12:00:00Z","duration":"PT4S"},"intervals":[{"id":0,"payloads":[{"type":"READING","values":[1e308]}]}]}] """)]
    [InlineData(""" "payloadDescriptors":[{"objectType":"REPORT_PAYLOAD_DESCRIPTOR","payloadType":"READING","units":"KWH"}],"resources":[{"resourceName":"m","intervalPeriod":{"start":"2026-06-15T12:00:00Z","duration":"PT4S"},"intervals":[{"id":0,"payloads":[{"type":"READING","values":[1]}]}]}] """)]
    [InlineData(""" "payloadDescriptors":[{"objectType":"REPORT_PAYLOAD_DESCRIPTOR","payloadType":"UP_REGULATION_AVAILABLE","units":"KW"}],"resources":[{"resourceName":"m","intervalPeriod":{"start":"9999-12-31T23:59:59Z","duration":"P9999D"},"intervals":[{"id":0,"payloads":[{"type":"UP_REGULATION_AVAILABLE","values":[-1]}]}]}] """)]
    public void What_is_no_reading_of_power_is_counted_and_left_out(string rest)
    {
        var (readings, leftOut) = Read(rest);
        Assert.Empty(readings);
        Assert.Equal(1, leftOut);
    }

    private static (IReadOnlyList<VenReading> Readings, int LeftOut) Read(string rest)
    {
        var vtn = new VtnFixture();
        var happening = vtn.Event(vtn.Program());
        return VenReading.Of(vtn.Desk.Create(Anna, ObjectKind.Report, Parsed($$"""{"eventID":"{{happening}}","clientName":"anna",{{rest}}}""")));
    }
}
