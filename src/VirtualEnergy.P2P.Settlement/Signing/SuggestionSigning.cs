using System.Collections.Immutable;
using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Signing;

/// <summary>
/// What a node suggests to its member, under EIP-712, so that nobody else tells her when to start what:
/// <c>SuggestedStarts(address member,uint64 period,SuggestedStart[] starts)SuggestedStart(string device,uint64 soonest,uint64 best,uint64 energy,uint64 saving)</c>.
/// </summary>
public sealed class SuggestionSigning(MarketDomain domain)
{
    private const string StartFields = "SuggestedStart(string device,uint64 soonest,uint64 best,uint64 energy,uint64 saving)";

    private static readonly Hash256 StartType = Keccak256.Hash(StartFields);
    private static readonly Hash256 StartsType = Keccak256.Hash("SuggestedStarts(address member,uint64 period,SuggestedStart[] starts)" + StartFields);

    private readonly Hash256 _separator = domain.Separator;

    /// <summary>What the member's node signs.</summary>
    /// <exception cref="FormatException">The member is no address.</exception>
    public Hash256 Hash(SuggestedStarts suggested)
    {
        var starts = new StructHash(SuggestedStarts.Most);
        foreach (var start in suggested.Starts)
        {
            starts.Add(HashOf(start));
        }

        return new StructHash(StartsType).Add(Address.FromMember(suggested.Member)).AddUnsigned(suggested.At.Index).Add(starts.Finish()).Digest(_separator);
    }

    public ImmutableArray<byte> Sign(SuggestedStarts suggested, EthereumKey key) => key.Sign(Hash(suggested)).ToImmutableBytes();

    /// <summary>False, never an exception, for anything hostile.</summary>
    public bool IsSignedByMember(SuggestedStarts suggested, ReadOnlySpan<byte> signature)
    {
        try
        {
            return Signature.TryParse(signature, out var parsed) && parsed.Recover(Hash(suggested)) == Address.FromMember(suggested.Member);
        }
        catch (FormatException)
        {
            return false; // Its member is no address: nobody can have signed it.
        }
    }

    private static Hash256 HashOf(SuggestedStart start) => new StructHash(StartType)
        .Add(Keccak256.Hash(Encoding.UTF8.GetBytes(start.Device)))
        .AddUnsigned(start.Soonest.Index)
        .AddUnsigned(start.Best.Index)
        .AddUnsigned(start.Energy.WattHours)
        .AddUnsigned(start.Saving.MicroEur)
        .Finish();
}
