using System.Text.Json;

namespace VirtualEnergy.P2P.Node.Books;

/// <summary>
/// The tokens of a JSON text as they come from a stream. However long the text, what is held of it is a buffer: room for its longest
/// token, or for the value that is asked for whole.
/// </summary>
/// <param name="stream">UTF-8, with a byte order mark or without.</param>
/// <param name="name">What to call it in a message.</param>
/// <param name="mostBytes">A longer text is refused.</param>
internal sealed class JsonInput(Stream stream, string name, long mostBytes)
{
    /// <summary>No text, number or matrix of a book comes near; a larger one is a mistake or an attack.</summary>
    private const int MostAtOnce = 64 << 20;

    private byte[] _buffer = new byte[1 << 16];
    private int _count;
    private long _total;
    private bool _isAtEnd;

    /// <summary>Before the first token.</summary>
    public Utf8JsonReader Start()
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        while (_count < mark.Length && Append())
        {
        }

        if (_buffer.AsSpan(0, _count).StartsWith(mark))
        {
            _count -= mark.Length;
            _buffer.AsSpan(mark.Length, _count).CopyTo(_buffer);
        }

        return new Utf8JsonReader(_buffer.AsSpan(0, _count), _isAtEnd, default);
    }

    /// <summary>Goes to the next token; false after the last.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="UserErrorException">The text or the token is too long.</exception>
    public bool Read(ref Utf8JsonReader reader)
    {
        while (!reader.Read())
        {
            if (_isAtEnd)
            {
                return false;
            }

            Refill(ref reader);
        }

        return true;
    }

    /// <summary>Goes from a value's first token to its last.</summary>
    /// <inheritdoc cref="Read"/>
    public void Skip(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }

        var depth = reader.CurrentDepth;
        while (Read(ref reader) && reader.CurrentDepth > depth)
        {
        }
    }

    /// <summary>The whole value of the property whose name was read last; goes to its last token.</summary>
    /// <inheritdoc cref="Read"/>
    public JsonElement Value(ref Utf8JsonReader reader)
    {
        JsonElement? value;
        while (!JsonElement.TryParseValue(ref reader, out value))
        {
            Refill(ref reader);
        }

        return value.Value;
    }

    private void Refill(ref Utf8JsonReader reader)
    {
        var rest = _buffer.AsSpan((int)reader.BytesConsumed.._count);
        if (rest.Length == _buffer.Length)
        {
            // Twice as much each time: what is read again and again comes to twice the token.
            var larger = new byte[_buffer.Length < MostAtOnce ? 2 * _buffer.Length : throw new UserErrorException($"{name}: a single value takes more than {MostAtOnce} bytes.")];
            rest.CopyTo(larger);
            _buffer = larger;
        }
        else
        {
            rest.CopyTo(_buffer);
        }

        _count = rest.Length;
        Append();
        reader = new Utf8JsonReader(_buffer.AsSpan(0, _count), _isAtEnd, reader.CurrentState);
    }

    private bool Append()
    {
        var read = stream.Read(_buffer, _count, _buffer.Length - _count);
        (_count, _total, _isAtEnd) = (_count + read, _total + read, read == 0);
        return _total > mostBytes
            ? throw new UserErrorException($"{name}: more than the {mostBytes} bytes that a book file may have.") : !_isAtEnd;
    }
}
