using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>A member of a struct: <c>address member</c>, <c>Step[] buy</c>.</summary>
public readonly record struct Eip712Field(string Name, string Type);

/// <summary>The struct types of typed data, by name.</summary>
public sealed class Eip712Types
{
    private readonly ImmutableDictionary<string, ImmutableArray<Eip712Field>> _structs;

    /// <exception cref="FormatException">A struct has two members of one name.</exception>
    public Eip712Types(IEnumerable<KeyValuePair<string, ImmutableArray<Eip712Field>>> structs)
    {
        _structs = structs.ToImmutableDictionary(StringComparer.Ordinal);
        foreach (var (name, fields) in _structs)
        {
            if (fields.DistinctBy(field => field.Name).Count() != fields.Length)
            {
                throw new FormatException($"Struct {name} has two members of one name.");
            }
        }
    }

    public bool IsStruct(string type) => _structs.ContainsKey(type);

    /// <exception cref="FormatException">No such struct.</exception>
    public ImmutableArray<Eip712Field> FieldsOf(string type) =>
        _structs.TryGetValue(type, out var fields) ? fields : throw new FormatException($"There is no struct '{type}'.");

    /// <summary>
    /// <c>Mail(Person from,…)Person(…)</c>: the struct, then every struct it needs in the order of their names (EIP-712,
    /// "Definition of encodeType").
    /// </summary>
    public string EncodeType(string type)
    {
        var needed = new SortedSet<string>(StringComparer.Ordinal);
        Collect(type, needed);
        needed.Remove(type);
        return string.Concat(needed.Prepend(type).Select(Definition));
    }

    public Hash256 HashOf(string type) => Keccak256.Hash(EncodeType(type));

    /// <summary>The array's item type and length (-1 for any), or null where the type is no array.</summary>
    internal static (string Item, int Length)? ArrayOf(string type)
    {
        if (!type.EndsWith(']') || type.LastIndexOf('[') is var open && open < 0)
        {
            return null;
        }

        var length = type[(open + 1)..^1];
        return length.Length == 0
            ? (type[..open], -1)
            : int.TryParse(length, System.Globalization.NumberStyles.None, null, out var number)
                ? (type[..open], number)
                : throw new FormatException($"'{type}' is no array type.");
    }

    private string Definition(string type) =>
        $"{type}({string.Join(',', FieldsOf(type).Select(field => $"{field.Type} {field.Name}"))})";

    // A struct may contain itself, in an array: the set stops the walk.
    private void Collect(string type, SortedSet<string> needed)
    {
        while (ArrayOf(type) is { } array)
        {
            type = array.Item;
        }

        if (IsStruct(type) && needed.Add(type))
        {
            foreach (var field in FieldsOf(type))
            {
                Collect(field.Type, needed);
            }
        }
    }
}
