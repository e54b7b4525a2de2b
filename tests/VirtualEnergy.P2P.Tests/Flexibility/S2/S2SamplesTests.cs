using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.S2;

/// <summary>The messages of the standard's documentation and of its Python library's tests, ../shared/schemas/s2/examples.</summary>
public sealed class S2SamplesTests
{
    [Fact]
    public void Every_valid_sample_comes_back_as_it_was()
    {
        var samples = Samples().Where(sample => sample.IsValid).ToList();
        Assert.Equal(72, samples.Count);
        Assert.All(samples, sample =>
        {
            var reading = S2Codec.Read(Encoding.UTF8.GetBytes(sample.Json));
            Assert.True(reading.Message is not null, $"{sample.Name}: {reading.Refusal}");
            Assert.Equal(Canonical(JsonNode.Parse(sample.Json)), Canonical(JsonNode.Parse(S2Codec.Write(reading.Message))));
        });
    }

    [Fact]
    public void Every_invalid_sample_is_refused_as_not_according_to_the_schema()
    {
        var samples = Samples().Where(sample => !sample.IsValid).ToDictionary(
            sample => sample.Name, sample => S2Codec.Read(Encoding.UTF8.GetBytes(sample.Json)).Refusal);
        Assert.All(samples.Values, refusal => Assert.Equal(ReceptionStatusValue.InvalidMessage, refusal?.Status));
        Assert.Equal(
            ["inheritance_29", "pebc_power_constraints_33", "pebc_power_constraints_34", "transition_12", "transition_13"],
            samples.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("measurement_timestamp: the schema knows no such field", samples["inheritance_29"]!.Diagnostic);
    }

    private static IReadOnlyList<S2SampleFile> Samples() => S2SampleFile.All(RepositoryFiles.Shared("schemas/s2/examples"));

    // The order of fields, the way a number is written and the offset in which a moment is told mean nothing.
    private static string Canonical(JsonNode? node) => node switch
    {
        JsonObject fields => $"{{{string.Join(',', fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}:{Canonical(field.Value)}"))}}}",
        JsonArray items => $"[{string.Join(',', items.Select(Canonical))}]",
        { } leaf when leaf.GetValueKind() == JsonValueKind.Number => leaf.GetValue<JsonElement>().GetDouble().ToString(CultureInfo.InvariantCulture),
        { } leaf when leaf.GetValueKind() == JsonValueKind.String && DateTimeOffset.TryParse(leaf.GetValue<string>(), CultureInfo.InvariantCulture, out var moment) => $"{moment.UtcDateTime:O}",
        _ => node?.ToJsonString() ?? "null",
    };
}
