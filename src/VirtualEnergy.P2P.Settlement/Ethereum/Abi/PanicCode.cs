using System.Numerics;

namespace VirtualEnergy.P2P.Settlement.Ethereum.Abi;

/// <summary>What the compiler's own checks mean by their codes (Solidity documentation, "Panic via assert and Error via require").</summary>
internal static class PanicCode
{
    public static string Meaning(BigInteger code) => code <= byte.MaxValue && code >= 0
        ? (int)code switch
        {
            0x00 => "a check that the compiler put in",
            0x01 => "an assertion is false",
            0x11 => "a number overflows",
            0x12 => "a division by zero",
            0x21 => "no such member of an enumeration",
            0x22 => "a wrongly encoded array in storage",
            0x31 => "pop of an empty array",
            0x32 => "an index out of bounds",
            0x41 => "too much memory",
            0x51 => "a call of a function that is not set",
            _ => "an unknown code",
        }
        : "an unknown code";
}
