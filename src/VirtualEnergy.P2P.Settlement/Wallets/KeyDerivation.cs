using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VirtualEnergy.P2P.Settlement.Wallets;

/// <summary>Makes 32 bytes of a password, slowly on purpose.</summary>
internal abstract class KeyDerivation
{
    protected const int DerivedSize = 32;

    public abstract byte[] Derive(string password);

    /// <exception cref="KeystoreException">A derivation that is unknown, or would take all memory or a day.</exception>
    public static KeyDerivation Of(JsonElement crypto)
    {
        var name = crypto.GetProperty("kdf").GetString();
        var parameters = crypto.GetProperty("kdfparams");
        if (Number(parameters, "dklen") != DerivedSize)
        {
            throw new KeystoreException($"The keystore derives another length than {DerivedSize} bytes.");
        }

        return name switch
        {
            ScryptDerivation.Name => new ScryptDerivation(
                new ScryptCost(Number(parameters, "n"), Number(parameters, "r"), Number(parameters, "p")), Salt(parameters)),
            Pbkdf2Derivation.Name when parameters.GetProperty("prf").GetString() == "hmac-sha256" =>
                new Pbkdf2Derivation(Number(parameters, "c"), Salt(parameters)),
            _ => throw new KeystoreException($"The keystore derives its key by '{name}', not by scrypt or PBKDF2 with HMAC-SHA-256."),
        };
    }

    private static int Number(JsonElement parameters, string name) => parameters.GetProperty(name).GetInt32();

    private static byte[] Salt(JsonElement parameters) => Convert.FromHexString(parameters.GetProperty("salt").GetString() ?? "");
}

/// <summary>Cost of scrypt (RFC 7914): 128·n·r bytes of memory, p times.</summary>
public sealed record ScryptCost(int N, int R, int P)
{
    /// <summary>What wallets write: 256 MiB and about a second a guess.</summary>
    public static readonly ScryptCost Standard = new(1 << 18, 8, 1);

    /// <summary>4 MiB, six times: for devices without the memory, and for test money.</summary>
    public static readonly ScryptCost Light = new(1 << 12, 8, 6);

    private const long MaxMemory = 1L << 30;

    internal void Check()
    {
        if (N < 2 || !BitOperations.IsPow2(N) || R < 1 || P is < 1 or > 64 || 128L * N * R > MaxMemory)
        {
            throw new KeystoreException($"scrypt with n = {N}, r = {R}, p = {P} is not possible, or takes more than 1 GiB.");
        }
    }
}

internal sealed class ScryptDerivation : KeyDerivation
{
    public const string Name = "scrypt";

    private readonly ScryptCost _cost;
    private readonly byte[] _salt;

    public ScryptDerivation(ScryptCost cost, byte[] salt)
    {
        cost.Check();
        _cost = cost;
        _salt = salt;
    }

    public override byte[] Derive(string password) =>
        Scrypt.Derive(Encoding.UTF8.GetBytes(password), _salt, _cost, DerivedSize);

    public JsonObject ToJson() => new()
    {
        ["dklen"] = DerivedSize,
        ["n"] = _cost.N,
        ["p"] = _cost.P,
        ["r"] = _cost.R,
        ["salt"] = Convert.ToHexStringLower(_salt),
    };
}

internal sealed class Pbkdf2Derivation : KeyDerivation
{
    public const string Name = "pbkdf2";

    private const int MaxIterations = 50_000_000;

    private readonly int _iterations;
    private readonly byte[] _salt;

    public Pbkdf2Derivation(int iterations, byte[] salt)
    {
        if (iterations is < 1 or > MaxIterations)
        {
            throw new KeystoreException($"PBKDF2 with {iterations} iterations is not possible, or takes minutes.");
        }

        _iterations = iterations;
        _salt = salt;
    }

    public override byte[] Derive(string password) =>
        Rfc2898DeriveBytes.Pbkdf2(password, _salt, _iterations, HashAlgorithmName.SHA256, DerivedSize);
}
