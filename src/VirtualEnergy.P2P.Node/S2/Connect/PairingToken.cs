using System.Security.Cryptography;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>The secret that a person carries from one side of a pairing to the other: random bytes, which people read and type in Base64.</summary>
/// <remarks>Source: S2 Connect 1.0.0, the pairing token.</remarks>
public sealed class PairingToken
{
    /// <summary>Twelve characters in Base64.</summary>
    public const int LeastBytes = 9;

    /// <summary>More is no help to anybody.</summary>
    private const int MostBytes = 96;

    private readonly byte[] _bytes;

    private PairingToken(byte[] bytes) => _bytes = bytes;

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>As it is shown and typed in.</summary>
    public string Text => Convert.ToBase64String(_bytes);

    /// <param name="random">A source of chance that nobody can foresee.</param>
    public static PairingToken New(RandomNumberGenerator random)
    {
        var bytes = new byte[LeastBytes];
        random.GetBytes(bytes);
        return new PairingToken(bytes);
    }

    /// <summary>Reads Base64 of at least <see cref="LeastBytes"/> bytes; anything else, white space within too, is no token.</summary>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PairingToken? token)
    {
        var bytes = new byte[MostBytes];
        token = text.Length <= MostBytes / 3 * 4 && !text.Any(char.IsWhiteSpace) && Convert.TryFromBase64String(text, bytes, out var length) && length >= LeastBytes
            ? new PairingToken(bytes[..length])
            : null;
        return token is not null;
    }
}
