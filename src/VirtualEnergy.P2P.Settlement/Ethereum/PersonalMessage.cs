using System.Globalization;
using System.Text;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>
/// Text that a person signs (EIP-191, version 0x45, what wallets call <c>personal_sign</c>). The prefix keeps a signed text
/// from being a transaction or typed data.
/// </summary>
public static class PersonalMessage
{
    /// <summary>What is signed: keccak-256 of the prefix, the message's length in bytes as decimal text, and the message.</summary>
    public static Hash256 Digest(ReadOnlySpan<byte> message)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"\u0019Ethereum Signed Message:\n{message.Length}");
        return Keccak256.Hash((byte[])[.. Encoding.ASCII.GetBytes(prefix), .. message]);
    }

    /// <param name="text">Signed as UTF-8.</param>
    public static Hash256 Digest(string text) => Digest(Encoding.UTF8.GetBytes(text));
}
