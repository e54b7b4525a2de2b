using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Wallets;

/// <summary>
/// A private key under a password, in the format of every Ethereum wallet (Web3 Secret Storage, version 3): scrypt or PBKDF2
/// makes a key of the password, AES-128-CTR hides the secret, a Keccak MAC tells a wrong password.
/// </summary>
public static class Keystore
{
    private const int MaxLength = 64 * 1024;
    private const int SaltSize = 32;
    private const int IvSize = 16;

    /// <param name="key">The key to hide.</param>
    /// <param name="password">Any text, in UTF-8.</param>
    /// <param name="random">Gives salt, initialisation vector and identifier.</param>
    /// <param name="cost">What a guess at the password costs; <see cref="ScryptCost.Standard"/> by default.</param>
    public static string Write(EthereumKey key, string password, RandomNumberGenerator random, ScryptCost? cost = null)
    {
        var salt = Draw(random, SaltSize);
        var iv = Draw(random, IvSize);
        var kdf = new ScryptDerivation(cost ?? ScryptCost.Standard, salt);
        var derived = kdf.Derive(password);
        var secret = key.ToBytes();
        var ciphertext = KeystoreCipher.Apply(derived, iv, secret);
        var json = new JsonObject
        {
            ["address"] = key.Address.ToString()[2..],
            ["crypto"] = new JsonObject
            {
                ["cipher"] = KeystoreCipher.Name,
                ["cipherparams"] = new JsonObject { ["iv"] = Convert.ToHexStringLower(iv) },
                ["ciphertext"] = Convert.ToHexStringLower(ciphertext),
                ["kdf"] = ScryptDerivation.Name,
                ["kdfparams"] = kdf.ToJson(),
                ["mac"] = Convert.ToHexStringLower(KeystoreCipher.Mac(derived, ciphertext)),
            },
            ["id"] = NewId(random).ToString(),
            ["version"] = 3,
        };
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(derived);
        return json.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    /// <exception cref="KeystoreException">Not a keystore of version 3, or a wrong password.</exception>
    public static EthereumKey Read(string json, string password)
    {
        try
        {
            using var document = JsonDocument.Parse(json.Length <= MaxLength ? json : throw new KeystoreException("The keystore is too large to be one."));
            return Read(document.RootElement, password);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new KeystoreException($"This is not a keystore of version 3: {e.Message}", e);
        }
    }

    /// <exception cref="KeystoreException">Not a keystore of version 3, or a wrong password.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static EthereumKey Load(string path, string password) =>
        new FileInfo(path).Length <= MaxLength
            ? Read(File.ReadAllText(path), password)
            : throw new KeystoreException($"{path} is too large to be a keystore.");

    private static EthereumKey Read(JsonElement root, string password)
    {
        if (root.GetProperty("version").GetInt32() != 3)
        {
            throw new KeystoreException("The keystore is not of version 3.");
        }

        // The first wallets wrote the name with a capital.
        var crypto = root.TryGetProperty("crypto", out var usual) ? usual : root.GetProperty("Crypto");
        var cipher = crypto.GetProperty("cipher").GetString();
        if (cipher != KeystoreCipher.Name)
        {
            throw new KeystoreException($"The keystore uses cipher '{cipher}', not {KeystoreCipher.Name}.");
        }

        var ciphertext = Bytes(crypto, "ciphertext");
        var iv = Bytes(crypto.GetProperty("cipherparams"), "iv");
        var mac = Bytes(crypto, "mac");
        var derived = KeyDerivation.Of(crypto).Derive(password);
        if (!CryptographicOperations.FixedTimeEquals(KeystoreCipher.Mac(derived, ciphertext), mac))
        {
            throw new KeystoreException("The password is wrong.");
        }

        var key = EthereumKey.FromBytes(KeystoreCipher.Apply(derived, iv, ciphertext));
        var names = root.TryGetProperty("address", out var address) && address.ValueKind == JsonValueKind.String ? address.GetString()! : null;
        return names is null || (Address.TryParse(names.StartsWith("0x", StringComparison.Ordinal) ? names : "0x" + names, out var named) && named == key.Address)
            ? key
            : throw new KeystoreException($"The keystore names address {names} and holds the key of {key.Address}.");
    }

    private static byte[] Bytes(JsonElement parent, string name) => Convert.FromHexString(parent.GetProperty(name).GetString() ?? "");

    private static byte[] Draw(RandomNumberGenerator random, int size)
    {
        var bytes = new byte[size];
        random.GetBytes(bytes);
        return bytes;
    }

    // RFC 9562, version 4: all random but six bits.
    private static Guid NewId(RandomNumberGenerator random)
    {
        var bytes = Draw(random, 16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}

/// <summary>A keystore cannot be opened; the message says why.</summary>
public sealed class KeystoreException(string message, Exception? inner = null) : Exception(message, inner);
