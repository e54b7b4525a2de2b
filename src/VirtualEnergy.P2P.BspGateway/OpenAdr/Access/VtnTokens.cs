using System.Buffers.Text;
using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Access;

/// <summary>
/// Client credentials (RFC 6749, 4.4) against bearer tokens. A token carries its client and end under an HMAC, so that the
/// VTN remembers none; a client that is taken out of the configuration is out at once.
/// </summary>
/// <param name="key">32 bytes of randomness; a new key ends all tokens.</param>
public sealed class VtnTokens(IEnumerable<VtnCredential> credentials, byte[] key, TimeProvider time)
{
    /// <summary>How long a token lasts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly FrozenDictionary<string, VtnCredential> _credentials = credentials.ToFrozenDictionary(credential => credential.Client.ClientId);

    /// <returns>The client, or null where id and secret do not belong together.</returns>
    public VtnClient? Authenticate(string clientId, string secret)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        return _credentials.TryGetValue(clientId, out var credential) && CryptographicOperations.FixedTimeEquals(hash, credential.SecretSha256.AsSpan())
            ? credential.Client : null;
    }

    public string Issue(VtnClient client)
    {
        var end = time.GetUtcNow().Add(Lifetime).ToUnixTimeSeconds();
        var claim = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{end} {client.ClientId}"));
        return $"{Base64Url.EncodeToString(claim)}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, claim))}";
    }

    /// <returns>Whose token it is; null where it is forged, over or of a client that is no more.</returns>
    public VtnClient? Read(string token)
    {
        var parts = token.Split('.');
        if (token.Length > 1_024 || parts.Length != 2 || !Base64Url.IsValid(parts[0]) || !Base64Url.IsValid(parts[1]))
        {
            return null;
        }

        var claim = Base64Url.DecodeFromChars(parts[0]);
        if (!CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, claim), Base64Url.DecodeFromChars(parts[1])))
        {
            return null;
        }

        // The HMAC is ours, so the claim is well formed.
        var said = Encoding.UTF8.GetString(claim).Split(' ', 2);
        return long.Parse(said[0], CultureInfo.InvariantCulture) > time.GetUtcNow().ToUnixTimeSeconds() && _credentials.TryGetValue(said[1], out var credential)
            ? credential.Client : null;
    }
}
