namespace VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;

/// <summary>
/// Which library computes on Ethereum's curve: libsecp256k1 where this machine has it, else BouncyCastle, which is several times slower.
/// Both give the same answers.
/// </summary>
public static class Secp256k1
{
    /// <summary>An environment variable: <c>managed</c> leaves libsecp256k1 alone though it is there.</summary>
    public const string Variable = "VE_SECP256K1";

    private const string Managed = "managed";

    /// <summary>What is used: <c>libsecp256k1 (libsecp256k1.so.1)</c>, or <c>BouncyCastle</c>.</summary>
    public static string Implementation => InUse.Name;

    /// <summary>Whether that is libsecp256k1.</summary>
    public static bool IsNative => InUse is NativeSecp256k1;

    /// <summary>Whether libsecp256k1 was not even looked for, because the environment says so.</summary>
    public static bool IsManagedByChoice { get; } = Environment.GetEnvironmentVariable(Variable) == Managed;

    internal static ISecp256k1 InUse { get; } = (IsManagedByChoice ? null : (ISecp256k1?)NativeSecp256k1.Instance) ?? ManagedSecp256k1.Instance;
}
