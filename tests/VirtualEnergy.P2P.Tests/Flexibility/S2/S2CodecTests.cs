using System.Text;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Tests.Proof.S2;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.S2;

public sealed class S2CodecTests
{
    private const string Status = """{"message_type":"FRBC.StorageStatus","message_id":"m-1","present_fill_level":4.2}""";

    [Fact]
    public void There_is_a_good_message_of_every_type()
    {
        // 35 schemas in s2-ws-json/messages.
        Assert.Equal(35, S2Examples.All.Select(message => message.GetType()).Distinct().Count());
        Assert.All(S2Examples.All, message =>
        {
            Assert.Equal(message, S2Codec.Read(S2Codec.Write(message)).Message);
            Assert.Null(VirtualEnergy.P2P.Flexibility.S2.Content.S2Content.ProblemOf(message));
        });
    }

    [Theory]
    [InlineData("""{"present_fill_level":4.2,"message_id":"m-1","message_type":"FRBC.StorageStatus"}""")]
    [InlineData("""{"message_id":"m-1","message_type":"FRBC.StorageStatus","present_fill_level":42e-1}""")]
    public void The_discriminator_stands_anywhere(string json) =>
        Assert.Equal(new FrbcStorageStatus(new Identifier("m-1"), 4.2), Read(json).Message);

    [Theory]
    [InlineData("", ReceptionStatusValue.InvalidData, "00000000-0000-0000-0000-000000000000")]
    [InlineData("[]", ReceptionStatusValue.InvalidData, "00000000-0000-0000-0000-000000000000")]
    [InlineData("""{"message_type":"FRBC.StorageStatus","present_fill_level":4.2}""", ReceptionStatusValue.InvalidData, "00000000-0000-0000-0000-000000000000")]
    [InlineData("""{"message_id":"m-1","present_fill_level":4.2}""", ReceptionStatusValue.InvalidMessage, "m-1")]
    [InlineData("""{"message_type":"FRBC.Nothing","message_id":"m-1"}""", ReceptionStatusValue.InvalidMessage, "m-1")]
    [InlineData("""{"message_type":"FRBC.StorageStatus","message_id":"m-1"}""", ReceptionStatusValue.InvalidMessage, "m-1")]
    [InlineData("""{"message_type":"FRBC.StorageStatus","message_id":"m-1","present_fill_level":"4.2"}""", ReceptionStatusValue.InvalidMessage, "m-1")]
    [InlineData("""{"message_type":"FRBC.StorageStatus","message_id":"m-1","present_fill_level":NaN}""", ReceptionStatusValue.InvalidData, "00000000-0000-0000-0000-000000000000")]
    [InlineData("""{"message_type":"FRBC.StorageStatus","message_id":"m-1","present_fill_level":1e308}""", ReceptionStatusValue.InvalidContent, "m-1")]
    [InlineData("""{"message_type":"FRBC.StorageStatus","message_id":"m-1","present_fill_level":1e999}""", ReceptionStatusValue.InvalidContent, "m-1")]
    [InlineData("""{"message_type":"FRBC.StorageStatus","message_id":"m-1","present_fill_level":1,"present_fill_level":2}""", ReceptionStatusValue.InvalidMessage, "m-1")]
    [InlineData("""{"message_type":"FRBC.StorageStatus","message_id":"m-1","present_fill_level":1,"more":2}""", ReceptionStatusValue.InvalidMessage, "m-1")]
    [InlineData("""{"message_type":"SessionRequest","message_id":"m-1","request":"TERMINATE","diagnostic_label":null}""", ReceptionStatusValue.InvalidMessage, "m-1")]
    [InlineData("""{"message_type":"SessionRequest","message_id":"m-1","request":"terminate"}""", ReceptionStatusValue.InvalidMessage, "m-1")]
    public void What_is_refused_gets_the_status_of_its_fault(string json, ReceptionStatusValue status, string subject)
    {
        var reading = Read(json);
        Assert.Null(reading.Message);
        Assert.Equal(status, reading.Refusal?.Status);
        Assert.Equal(new Identifier(subject), reading.Subject);
    }

    [Fact]
    public void A_diagnostic_says_where_and_what()
    {
        var json = Encoding.UTF8.GetString(S2Codec.Write(S2Examples.Battery)).Replace("\"duration\":60000", "\"duration\":-1", StringComparison.Ordinal);
        Assert.Equal("actuators[0].timers[0].duration: a duration is a whole number of milliseconds, 0 or more", Read(json).Refusal?.Diagnostic);
    }

    [Fact]
    public void A_list_longer_than_the_schema_allows_is_refused()
    {
        var element = """{"duration":1,"fill_level_range":{"start_of_range":0,"end_of_range":1}}""";
        string Profile(int elements) =>
            $$"""{"message_type":"FRBC.FillLevelTargetProfile","message_id":"m-1","start_time":"2026-11-29T12:00:00Z","elements":[{{string.Join(',', Enumerable.Repeat(element, elements))}}]}""";
        Assert.NotNull(Read(Profile(288)).Message);
        Assert.Equal(ReceptionStatusValue.InvalidMessage, Read(Profile(289)).Refusal?.Status);
        Assert.Contains("1 to 288 items, not 289", Read(Profile(289)).Refusal!.Diagnostic, StringComparison.Ordinal);
    }

    [Fact]
    public void A_payload_beyond_a_mebibyte_is_not_looked_at()
    {
        Assert.NotNull(Read(Status.PadRight(S2Codec.MostBytes)).Message);
        Assert.Equal(ReceptionStatusValue.InvalidData, Read(Status.PadRight(S2Codec.MostBytes + 1)).Refusal?.Status);
    }

    [Fact]
    public void A_reception_status_is_never_answered()
    {
        Assert.Null(Read("""{"message_type":"ReceptionStatus","status":"WHAT"}""").Subject);
        Assert.NotNull(Read("""{"message_type":"ReceptionStatus","status":"WHAT"}""").Refusal);
    }

    [Fact]
    public void A_number_that_no_device_has_cannot_be_put_into_a_message()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new FrbcStorageStatus(new Identifier("m-1"), double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FrbcStorageStatus(new Identifier("m-1"), 1e308));
        Assert.Throws<ArgumentException>(() => new FrbcFillLevelTargetProfile(new Identifier("m-1"), S2Examples.Now, []));
        Assert.Throws<FormatException>(() => new Identifier("a b"));
    }

    /// <summary>A slice of what the benchmarks project's <c>s2-fuzz</c> does a million times.</summary>
    [Fact]
    public void Spoilt_payloads_are_refused_or_read_the_same_twice()
    {
        var mutator = new S2Mutator(seed: 1);
        var taken = 0;
        for (var i = 0; i < 4000; i++)
        {
            var (reading, problem) = S2ParserCheck.Of(mutator.NextBytes());
            Assert.Null(problem);
            taken += reading.Message is null ? 0 : 1;
        }

        Assert.InRange(taken, 100, 3000); // both branches were walked
    }

    private static S2Reading Read(string json) => S2Codec.Read(Encoding.UTF8.GetBytes(json));
}
