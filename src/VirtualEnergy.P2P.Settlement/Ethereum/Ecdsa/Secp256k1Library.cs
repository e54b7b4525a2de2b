using System.Runtime.InteropServices;

namespace VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;

/// <summary>libsecp256k1's functions (include/secp256k1.h, secp256k1_recovery.h), and where the library is found.</summary>
internal static partial class Secp256k1Library
{
    public const int OpaqueKeySize = 64;
    public const int OpaqueSignatureSize = 65;

    /// <summary>4 ‖ x ‖ y.</summary>
    public const int SerializedKeySize = 65;

    /// <summary>SECP256K1_CONTEXT_VERIFY | SECP256K1_CONTEXT_SIGN; from 0.2.0 on a context is for both anyway.</summary>
    public const uint SignAndVerify = 0x301;

    /// <summary>SECP256K1_EC_UNCOMPRESSED.</summary>
    public const uint Uncompressed = 2;

    private const string Library = "secp256k1";

    // The number counts the versions of its interface; of what is used here, all have the same.
    private static readonly string[] Files =
    [
        "libsecp256k1.so.6", "libsecp256k1.so.5", "libsecp256k1.so.2", "libsecp256k1.so.1", "libsecp256k1.so.0", "libsecp256k1.so",
        "libsecp256k1.dylib", "libsecp256k1.dll", "secp256k1.dll",
    ];

    private static readonly (string? File, nint Handle) Found = Find();

    static Secp256k1Library() => NativeLibrary.SetDllImportResolver(
        typeof(Secp256k1Library).Assembly, (name, _, _) => name == Library ? Found.Handle : 0);

    /// <summary>The file that was found; null where there is none.</summary>
    public static string? File => Found.File;

    [LibraryImport(Library, EntryPoint = "secp256k1_context_create")]
    public static partial nint CreateContext(uint flags);

    [LibraryImport(Library, EntryPoint = "secp256k1_context_randomize")]
    public static partial int Randomize(nint context, ref byte seed32);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_pubkey_create")]
    public static partial int CreateKey(nint context, ref byte key64, ref byte secret32);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_pubkey_serialize")]
    public static partial int SerializeKey(nint context, ref byte output, ref nuint outputSize, ref byte key64, uint flags);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_sign_recoverable")]
    public static partial int SignRecoverable(nint context, ref byte signature65, ref byte digest32, ref byte secret32, nint nonces, nint nonceData);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_recoverable_signature_serialize_compact")]
    public static partial int SerializeRecoverable(nint context, ref byte output64, out int recovery, ref byte signature65);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_recoverable_signature_parse_compact")]
    public static partial int ParseRecoverable(nint context, ref byte signature65, ref byte input64, int recovery);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_recover")]
    public static partial int Recover(nint context, ref byte key64, ref byte signature65, ref byte digest32);

    private static (string?, nint) Find()
    {
        foreach (var file in Files)
        {
            if (NativeLibrary.TryLoad(file, out var handle))
            {
                return (file, handle);
            }
        }

        return (null, 0);
    }
}
