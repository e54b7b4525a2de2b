using System.Collections.Concurrent;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>
/// The public keys of accounts that were seen to sign, so that each is worked out from a signature only once. Where BouncyCastle computes, a
/// check with a known key costs less than that.
/// </summary>
/// <remarks>As many keys as there are accounts that are asked for and did sign: ask for members only. Any thread may call.</remarks>
public sealed class KnownSigners
{
    private readonly ConcurrentDictionary<Address, PublicKey> _keys = new();

    /// <summary>Whether the account signed the digest. False, never an exception, for anything hostile.</summary>
    /// <param name="signature">Any bytes.</param>
    public bool IsSignedBy(Address signer, Hash256 digest, ReadOnlySpan<byte> signature)
    {
        if (!Signature.TryParse(signature, out var parsed))
        {
            return false;
        }

        if (_keys.TryGetValue(signer, out var known))
        {
            return known.Signed(digest, parsed);
        }

        if (parsed.RecoverKey(digest) is not { } key || key.Address != signer)
        {
            return false;
        }

        _keys[signer] = key;
        return true;
    }
}
