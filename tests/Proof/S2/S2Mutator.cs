using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;

namespace VirtualEnergy.P2P.Tests.Proof.S2;

/// <summary>Spoils messages by seed: their JSON, so that it stays JSON, or their bytes.</summary>
internal sealed class S2Mutator(int seed)
{
    private static readonly string[] Texts = ["", "x", "id-1", "OK", "CEM", "ok", "HEAT", "2026-11-29T12:00:00Z", "2026-02-30T12:00:00Z", "2026-11-29 12:00", "häuschen", new('a', 65)];

    private static readonly string[] Numbers = ["0", "-1", "0.5", "1.0", "1.5e3", "-1e-3", "1e15", "2e15", "1e308", "9007199254740993", "2147483648"];

    private readonly Random _random = new(seed);

    private readonly byte[][] _bases = [.. S2Examples.All.Select(S2Codec.Write)];

    /// <summary>A message with one to three faults of structure; some leave it valid.</summary>
    public string NextJson()
    {
        var root = JsonNode.Parse(_bases[_random.Next(_bases.Length)])!;
        for (var fault = _random.Next(3); fault >= 0; fault--)
        {
            Spoil(root);
        }

        return root.ToJsonString();
    }

    /// <summary>A payload with faults of structure, of bytes, or both.</summary>
    public byte[] NextBytes()
    {
        var bytes = new List<byte>(_random.Next(3) == 0 ? _bases[_random.Next(_bases.Length)] : Encoding.UTF8.GetBytes(NextJson()));
        for (var fault = _random.Next(6); fault > 0 && bytes.Count > 0; fault--)
        {
            var at = _random.Next(bytes.Count);
            switch (_random.Next(6))
            {
                case 0: bytes[at] = (byte)_random.Next(256); break;
                case 1: bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + _random.Next(20))); break;
                case 2: bytes.Insert(at, (byte)"{}[]\",:\\0-eEu\0"[_random.Next(14)]); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, _random.Next(40)))); break;
                case 4: bytes.InsertRange(at, Encoding.UTF8.GetBytes(new string('[', _random.Next(80)))); break;
                default: bytes.InsertRange(at, "\\ud800"u8.ToArray()); break;
            }
        }

        return [.. bytes];
    }

    private void Spoil(JsonNode root)
    {
        var nodes = new List<JsonNode>();
        Collect(root, nodes);
        switch (nodes[_random.Next(nodes.Count)])
        {
            case JsonObject fields when fields.Count > 0:
                var name = fields.ElementAt(_random.Next(fields.Count)).Key;
                var value = fields[name];
                fields.Remove(name);
                switch (_random.Next(5))
                {
                    case 0: break;
                    case 1: fields[name.ToUpperInvariant()] = value; break;
                    case 2: fields.Add(name, Value()); break;
                    case 3: fields.Add(name, value); fields["extra"] = Value(); break;
                    default: fields.Add(name, value); break; // last instead of where it was: the order means nothing
                }

                break;
            case JsonArray items when _random.Next(4) == 0:
                items.Clear();
                break;
            case JsonArray items when items.Count > 0 && _random.Next(2) == 0:
                var copies = items.Count * (1 + _random.Next(12));
                for (var copy = 0; copy < copies; copy++)
                {
                    items.Add(items[copy]?.DeepClone());
                }

                break;
            case JsonArray items:
                items.Add(Value());
                break;
            case { Parent: JsonObject parent } leaf:
                parent[parent.First(field => field.Value == leaf).Key] = Like(leaf);
                break;
            case { Parent: JsonArray parent } leaf:
                parent[parent.IndexOf(leaf)] = Like(leaf);
                break;
        }
    }

    // Mostly of the same kind, so that what is wrong is not only the kind.
    private JsonNode? Like(JsonNode leaf) => (_random.Next(3), leaf.GetValueKind()) switch
    {
        (0, _) => Value(),
        (_, JsonValueKind.Number) => Number(),
        (_, JsonValueKind.String) => JsonValue.Create(Texts[_random.Next(Texts.Length)]),
        _ => JsonValue.Create(_random.Next(2) == 0),
    };

    private JsonNode? Value() => _random.Next(7) switch
    {
        0 => null,
        1 => Number(),
        2 => JsonValue.Create(Texts[_random.Next(Texts.Length)]),
        3 => JsonValue.Create(true),
        4 => new JsonArray(),
        5 => new JsonArray("id-1"),
        _ => new JsonObject(),
    };

    private JsonNode Number() => JsonNode.Parse(Numbers[_random.Next(Numbers.Length)])!;

    private static void Collect(JsonNode node, List<JsonNode> into)
    {
        into.Add(node);
        foreach (var child in node switch
        {
            JsonObject fields => fields.Select(field => field.Value),
            JsonArray items => items,
            _ => [],
        })
        {
            if (child is not null)
            {
                Collect(child, into);
            }
        }
    }
}
