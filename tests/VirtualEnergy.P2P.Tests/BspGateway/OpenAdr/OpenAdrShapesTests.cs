using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.BspGateway.OpenAdr;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Shapes;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.OpenAdr;

public sealed class OpenAdrShapesTests
{
    [Theory]
    [InlineData(ObjectKind.Program, "[]", "the body must be an object")]
    [InlineData(ObjectKind.Program, "{}", "programName is missing")]
    [InlineData(ObjectKind.Program, """{"programName":""}""", "programName must have 1 to 128 characters")]
    [InlineData(ObjectKind.Program, """{"programName":"a","programName":"b"}""", "programName stands there twice")]
    [InlineData(ObjectKind.Program, """{"programName":"a","intervalPeriod":null}""", "intervalPeriod must be an object")]
    [InlineData(ObjectKind.Program, """{"programName":"a","payloadDescriptors":[{"objectType":"PRICE","payloadType":"x"}]}""", "payloadDescriptors[0] must be an event's or a report's payload descriptor")]
    [InlineData(ObjectKind.Event, """{"programID":"a b"}""", "programID must be letters, digits, _ and -")]
    [InlineData(ObjectKind.Event, """{"programID":"a","priority":-1}""", "priority must be a whole number from 0 to 2147483647")]
    [InlineData(ObjectKind.Event, """{"programID":"a","intervals":[{"id":0,"payloads":[{"type":"PRICE","values":[1e400]}]}]}""", "intervals[0].payloads[0].values[0] must be a number, a text, true, false or a point {x, y}")]
    [InlineData(ObjectKind.Event, """{"programID":"a","intervalPeriod":{"start":"yesterday"}}""", "intervalPeriod.start must be an RFC 3339 time such as 2026-06-15T09:30:00Z")]
    [InlineData(ObjectKind.Event, """{"programID":"a","duration":"15 minutes"}""", "duration must be an ISO 8601 duration such as PT15M")]
    [InlineData(ObjectKind.Subscription, """{"clientName":"a","objectOperations":[{"objects":["EVENTS"],"operations":[],"callbackUrl":"https://a.b"}]}""", "objectOperations[0].objects[0] must be one of PROGRAM, EVENT, REPORT, SUBSCRIPTION, VEN, RESOURCE")]
    [InlineData(ObjectKind.Subscription, """{"clientName":"a","objectOperations":[{"objects":[],"operations":[],"callbackUrl":"not an address"}]}""", "objectOperations[0].callbackUrl must be an absolute address")]
    [InlineData(ObjectKind.Ven, """{"objectType":"BL_VEN_REQUEST","venName":"a"}""", "objectType must be one of VEN_VEN_REQUEST")]
    public void The_first_thing_that_is_wrong_is_told_with_its_place(ObjectKind kind, string body, string problem) =>
        Assert.Equal(problem, OpenAdrShapes.Of(kind, business: false).Problem(VtnFixture.Parsed(body), ""));

    [Theory]
    [InlineData(ObjectKind.Event, """{"programID":"p","eventName":null,"targets":null,"intervals":[{"id":0,"payloads":[{"type":"CURVE","values":[{"x":1,"y":2},3,"a",true]}]}]}""")]
    [InlineData(ObjectKind.Event, """{"programID":"p","intervalPeriod":{"start":"0001-01-01","duration":"P9999Y","randomizeStart":"PT0S"}}""")]
    [InlineData(ObjectKind.Report, """{"eventID":"e","clientName":"a","resources":[{"resourceName":"r","intervals":[]}],"unknown":{"kept":true}}""")]
    public void What_the_specification_allows_is_taken(ObjectKind kind, string body) => Assert.Null(OpenAdrShapes.Of(kind, business: false).Problem(VtnFixture.Parsed(body), ""));

    [Theory]
    [InlineData("PT15M", 900)]
    [InlineData("P1DT2H3M4.5S", 93_784.5)]
    [InlineData("P2W", 1_209_600)]
    [InlineData("PT0S", 0)]
    public void Durations_are_read(string text, double seconds)
    {
        Assert.True(OpenAdrFormats.TryDuration(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("P1Y")]
    [InlineData("-PT1S")]
    [InlineData("PT999999999H")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1DT")]
    [InlineData("PT1M1H")]
    [InlineData("PT15M\n")]
    public void Durations_of_no_fixed_length_or_form_are_not(string text) => Assert.False(OpenAdrFormats.TryDuration(text, out _));

    [Theory]
    [InlineData("2026-06-15T09:30:00Z", true)]
    [InlineData("2026-06-15t09:30:00.123+02:00", true)]
    [InlineData("2026-02-30T09:30:00Z", false)]
    [InlineData("2026-06-15 09:30:00Z", false)]
    [InlineData("2026-06-15T09:30:00", false)]
    public void Times_are_RFC_3339(string text, bool right) => Assert.Equal(right, OpenAdrFormats.IsInstant(text));

    [Fact]
    public void Damaged_bodies_are_refused_or_taken_and_nothing_else_ever_happens()
    {
        var sound = Encoding.UTF8.GetBytes(
            """{"programID":"p","duration":"PT1H","priority":1,"targets":["a"],"intervalPeriod":{"start":"2026-06-15T09:30:00Z","duration":"PT15M"},"intervals":[{"id":0,"payloads":[{"type":"PRICE","values":[0.17]}]}]}""");
        var random = new Random(7);
        var refused = 0;
        for (var turn = 0; turn < 20_000; turn++)
        {
            var body = (byte[])sound.Clone();
            for (var change = 0; change <= turn % 3; change++)
            {
                body[random.Next(body.Length)] = (byte)random.Next(32, 127);
            }

            refused += IsRefused(body) ? 1 : 0;
        }

        // By hand: a letter in a name or a digit for a digit changes nothing, most else does.
        Assert.InRange(refused, 5_000, 19_000);
    }

    private static bool IsRefused(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return Enum.GetValues<ObjectKind>().All(kind => OpenAdrShapes.Of(kind, business: true).Problem(json.RootElement, "") is not null);
        }
        catch (JsonException)
        {
            return true;
        }
    }
}
