using System.Security.Cryptography;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>How both sides of a pairing show that they know the pairing token, without telling it.</summary>
/// <remarks>
/// In a home network R = HMAC-SHA256(C, T ‖ F): the key is the challenge, the message the token's bytes and the SHA-256 fingerprint of the
/// server's certificate. Somebody in between has another certificate, and his answer does not fit. Source: S2 Connect 1.0.0, challenge response.
/// </remarks>
public static class ChallengeResponse
{
    public const int LeastChallengeBytes = 32;

    /// <param name="challenge">At least 32 bytes of chance.</param>
    /// <param name="fingerprint">SHA-256 of the server's certificate, 32 bytes.</param>
    public static byte[] Of(ReadOnlySpan<byte> challenge, PairingToken token, ReadOnlySpan<byte> fingerprint) =>
        HMACSHA256.HashData(challenge, [.. token.Bytes, .. fingerprint]);

    /// <summary>Compares in a time that tells nothing.</summary>
    public static bool Fits(ReadOnlySpan<byte> response, ReadOnlySpan<byte> challenge, PairingToken token, ReadOnlySpan<byte> fingerprint) =>
        CryptographicOperations.FixedTimeEquals(response, Of(challenge, token, fingerprint));
}
