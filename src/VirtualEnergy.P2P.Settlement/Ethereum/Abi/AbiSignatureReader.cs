using System.Collections.Immutable;
using System.Globalization;

namespace VirtualEnergy.P2P.Settlement.Ethereum.Abi;

/// <summary>A parameter of a function, error or event.</summary>
/// <param name="Name">Empty where the signature gives none.</param>
/// <param name="IsIndexed">Events only: the value is a topic.</param>
public sealed record AbiParameter(AbiType Type, string Name, bool IsIndexed);

/// <summary>
/// Reads signatures as people write them: <c>Settled(uint64 indexed period, (address member, int64 delta)[] deltas)</c>.
/// Grammar: name "(" [type ["indexed"] [name]] {"," …} ")" ["anonymous"]; a tuple is parentheses, with or without the word <c>tuple</c>.
/// </summary>
internal sealed class AbiSignatureReader
{
    /// <summary>Tuples and arrays inside each other: types can come with data from outside, and are walked by recursion.</summary>
    private const int MaxDepth = 16;

    /// <summary>Bytes of a static type. solc's own limit is the stack, far below.</summary>
    private const long MaxStaticSize = 1 << 26;

    private readonly string _text;
    private int _position;
    private int _depth;

    private AbiSignatureReader(string text) => _text = text;

    public static AbiType ReadType(string text)
    {
        var reader = new AbiSignatureReader(text);
        var type = reader.Type();
        reader.ExpectEnd();
        return type;
    }

    public static (string Name, ImmutableArray<AbiParameter> Parameters) ReadSignature(string text)
    {
        var (name, parameters, anonymous) = ReadEvent(text);
        return !anonymous ? (name, parameters) : throw new FormatException($"'{text}': only an event is anonymous.");
    }

    public static (string Name, ImmutableArray<AbiParameter> Parameters, bool IsAnonymous) ReadEvent(string text)
    {
        var reader = new AbiSignatureReader(text);
        var name = reader.Word();
        if (name.Length == 0)
        {
            throw reader.Error("a name");
        }

        var parameters = reader.Parameters();
        var anonymous = reader.Word() switch { "" => false, "anonymous" => true, _ => throw reader.Error("the end") };
        reader.ExpectEnd();
        return (name, parameters, anonymous);
    }

    private ImmutableArray<AbiParameter> Parameters()
    {
        Expect('(');
        if (++_depth > MaxDepth)
        {
            throw Error($"at most {MaxDepth} nested tuples");
        }

        var parameters = ImmutableArray.CreateBuilder<AbiParameter>();
        var size = 0L;
        if (!Accept(')'))
        {
            do
            {
                var type = Type();
                var name = Word();
                var indexed = name == "indexed";
                parameters.Add(new AbiParameter(type, indexed ? Word() : name, indexed));
                size += type.StaticSize;
                if (size > MaxStaticSize)
                {
                    throw Error("a smaller type");
                }
            }
            while (Accept(','));
            Expect(')');
        }

        _depth--;
        return parameters.ToImmutable();
    }

    private AbiType Type()
    {
        var name = Word();
        AbiType type = name is "" or "tuple"
            ? new AbiTuple([.. Parameters().Select(parameter => parameter.Type)])
            : Elementary(name);
        for (var dimensions = 1; Accept('['); dimensions++)
        {
            var length = Word();
            Expect(']');
            int? count = length.Length == 0 ? null : Number(length, 1 << 20) is > 0 and var known ? known : throw Error("a length above zero");
            var fits = (count ?? 0) * (long)type.StaticSize <= MaxStaticSize;
            type = fits && _depth + dimensions <= MaxDepth ? new AbiArray(type, count) : throw Error("a smaller type");
        }

        return type;
    }

    private AbiType Elementary(string name) => name switch
    {
        "address" => new AbiAddress(),
        "bool" => new AbiBool(),
        "bytes" => new AbiBytes(),
        "function" => new AbiFunctionReference(),
        "string" => new AbiString(),
        "uint" => new AbiInteger(256, IsSigned: false),
        "int" => new AbiInteger(256, IsSigned: true),
        _ when name.StartsWith("uint", StringComparison.Ordinal) => new AbiInteger(Bits(name[4..]), IsSigned: false),
        _ when name.StartsWith("int", StringComparison.Ordinal) => new AbiInteger(Bits(name[3..]), IsSigned: true),
        _ when name.StartsWith("bytes", StringComparison.Ordinal) && Number(name[5..], 32) is > 0 and var size => new AbiFixedBytes(size),
        _ => throw Error("a type"),
    };

    private int Bits(string digits) =>
        Number(digits, 256) is > 0 and var bits && bits % 8 == 0 ? bits : throw Error("8, 16, … 256 bits");

    private int Number(string digits, int most) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most && (digits[0] != '0' || digits.Length == 1)
            ? number
            : throw Error($"a number up to {most}");

    private string Word()
    {
        SkipSpaces();
        var start = _position;
        while (_position < _text.Length && (char.IsAsciiLetterOrDigit(_text[_position]) || _text[_position] is '_' or '$'))
        {
            _position++;
        }

        return _text[start.._position];
    }

    private bool Accept(char expected)
    {
        SkipSpaces();
        if (_position >= _text.Length || _text[_position] != expected)
        {
            return false;
        }

        _position++;
        return true;
    }

    private void Expect(char expected)
    {
        if (!Accept(expected))
        {
            throw Error($"'{expected}'");
        }
    }

    private void ExpectEnd()
    {
        SkipSpaces();
        if (_position != _text.Length)
        {
            throw Error("the end");
        }
    }

    private void SkipSpaces()
    {
        while (_position < _text.Length && _text[_position] == ' ')
        {
            _position++;
        }
    }

    private FormatException Error(string expected) => new($"'{_text}': {expected} expected before position {_position}.");
}
