using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Tests.Proof.S2;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.S2;

/// <summary>The parser beside a validator that reads the standard's own JSON schemas, ../shared/schemas/s2/json-schema.</summary>
public sealed class S2SchemaTests
{
    // The library keeps what it has read in one registry for all.
    private static readonly Lazy<Dictionary<string, JsonSchema>> Messages = new(Schemas, LazyThreadSafetyMode.ExecutionAndPublication);

    private static readonly EvaluationOptions Strict = new() { RequireFormatValidation = true, OutputFormat = OutputFormat.Flag };

    [Fact]
    public void Spoilt_messages_are_according_to_the_schema_here_exactly_where_they_are_by_the_schema_itself()
    {
        var schemas = Messages.Value;
        Assert.Equal(35, schemas.Count);
        var mutator = new S2Mutator(seed: 7);
        var (valid, refused) = (0, 0);
        for (var i = 0; i < 6000; i++)
        {
            var json = mutator.NextJson();
            var reading = S2Codec.Read(Encoding.UTF8.GetBytes(json));
            using var document = JsonDocument.Parse(json);
            var expected = IsValid(schemas, document.RootElement);
            var taken = reading.Refusal is null;

            // A number that no device has ends the reading; whether the schema has something against the rest is not looked for.
            if (reading.Refusal is { Status: ReceptionStatusValue.InvalidContent })
            {
                continue;
            }

            // The schema's pattern for identifiers has no anchors; ours is the whole text.
            if (expected && reading.Refusal is { } refusal && refusal.Diagnostic.Contains("identifier", StringComparison.Ordinal))
            {
                continue;
            }

            Assert.True(expected == taken, $"schema {expected}, here {reading.Refusal}: {json}");
            (valid, refused) = expected ? (valid + 1, refused) : (valid, refused + 1);
        }

        Assert.InRange(valid, 500, 5000);
        Assert.InRange(refused, 1000, 5000);
    }

    [Fact]
    public void What_is_written_is_according_to_the_schema()
    {
        var schemas = Messages.Value;
        Assert.All(S2Examples.All, message =>
        {
            using var document = JsonDocument.Parse(S2Codec.Write(message));
            Assert.True(IsValid(schemas, document.RootElement), Encoding.UTF8.GetString(S2Codec.Write(message)));
        });
    }

    private static bool IsValid(Dictionary<string, JsonSchema> schemas, JsonElement message) =>
        message.TryGetProperty("message_type", out var type) && type.ValueKind == JsonValueKind.String
        && schemas.TryGetValue(type.GetString()!, out var schema) && schema.Evaluate(message, Strict).IsValid;

    private static Dictionary<string, JsonSchema> Schemas()
    {
        var folder = RepositoryFiles.Shared("schemas/s2/json-schema");
        foreach (var part in Directory.GetFiles(Path.Combine(folder, "schemas")))
        {
            _ = Load(part);
        }

        return Directory.GetFiles(Path.Combine(folder, "messages"))
            .ToDictionary(path => Path.GetFileName(path).Replace(".schema.json", "", StringComparison.Ordinal), Load);
    }

    // Some schemas list the fields of an object and forget to say that it is one; the validator would then take a number in its place.
    private static JsonSchema Load(string path)
    {
        var schema = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        if (schema.ContainsKey("properties"))
        {
            schema["type"] = "object";
        }

        return JsonSchema.FromText(schema.ToJsonString());
    }
}
