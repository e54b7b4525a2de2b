using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>
/// The code of a contract as the compiler leaves it, with zeros where deployment writes the immutables. It is a contract's
/// identity: a number of a version can be claimed by any contract, and the code cannot.
/// </summary>
/// <param name="template">The code with those zeros.</param>
/// <param name="immutables">Where they are: first byte and length.</param>
public sealed class RuntimeCode(ImmutableArray<byte> template, ImmutableArray<(int Start, int Length)> immutables)
{
    /// <summary>Whether code on the chain is this, whatever it was deployed with.</summary>
    public bool IsThatOf(ReadOnlySpan<byte> onChain)
    {
        if (onChain.Length != template.Length)
        {
            return false;
        }

        var bare = onChain.ToArray();
        foreach (var (start, length) in immutables)
        {
            bare.AsSpan(start, length).Clear();
        }

        return template.AsSpan().SequenceEqual(bare);
    }
}
