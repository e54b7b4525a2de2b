using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Signing;

/// <summary>
/// Bids under EIP-712: <c>Bid(address member,uint64 period,uint64 number,Step[] buy,Step[] sell)Step(int64 price,uint64 energy)</c>,
/// price in µEUR/kWh and energy in Wh, in the order of the bid. A bid with preferences has one more field at its end,
/// <c>Preferences preferences</c>, with <c>Preferences(uint64 greenPremium,uint64 localPremium,address partner,uint64
/// partnerPremium)</c> and no partner as the zero address; another type, so that neither passes for the other. <see cref="SignedBid.Hash"/> is the whole EIP-712 digest.
/// </summary>
public sealed class BidSigning(MarketDomain domain)
{
    private const string StepDefinition = "Step(int64 price,uint64 energy)";

    private static readonly Hash256 StepType = Keccak256.Hash(StepDefinition);

    private static readonly Hash256 BidType =
        Keccak256.Hash("Bid(address member,uint64 period,uint64 number,Step[] buy,Step[] sell)" + StepDefinition);

    private const string PreferencesDefinition = "Preferences(uint64 greenPremium,uint64 localPremium,address partner,uint64 partnerPremium)";

    private static readonly Hash256 PreferencesType = Keccak256.Hash(PreferencesDefinition);

    private static readonly Hash256 PreferringBidType = Keccak256.Hash(
        "Bid(address member,uint64 period,uint64 number,Step[] buy,Step[] sell,Preferences preferences)" + PreferencesDefinition + StepDefinition);

    private static readonly Hash256 NoSteps = Keccak256.Hash([]);

    private readonly Hash256 _separator = domain.Separator;

    public MarketDomain Domain => domain;

    /// <exception cref="FormatException">The member is no address.</exception>
    /// <exception cref="ArgumentException">More steps than a bid may have.</exception>
    /// <exception cref="OverflowException">A negative period, number, energy or premium.</exception>
    public Hash256 Hash(Bid bid)
    {
        var hash = new StructHash(bid.Preferences.IsNone ? BidType : PreferringBidType)
            .Add(Address.FromMember(bid.Member))
            .AddUnsigned(bid.Period.Index)
            .AddUnsigned(bid.Number)
            .Add(HashSteps(bid.Buy))
            .Add(HashSteps(bid.Sell));
        return (bid.Preferences.IsNone ? hash : hash.Add(HashPreferences(bid.Preferences))).Digest(_separator);
    }

    /// <param name="bid">To be signed as it stands; whether it is admissible is the exchange's question.</param>
    /// <param name="key">The member's.</param>
    /// <exception cref="ArgumentException">Another member's key.</exception>
    public SignedBid Sign(Bid bid, EthereumKey key)
    {
        if (Address.FromMember(bid.Member) != key.Address)
        {
            throw new ArgumentException($"{key} cannot sign a bid of {bid.Member}.", nameof(key));
        }

        var hash = Hash(bid);
        return new SignedBid(bid, hash, key.Sign(hash).ToImmutableBytes());
    }

    /// <summary>Whether hash and signature are the bid's and its member's. False, never an exception, for anything hostile.</summary>
    public bool IsSignedByMember(SignedBid signed) => IsSignedByMember(signed, new KnownSigners());

    /// <inheritdoc cref="IsSignedByMember(SignedBid)"/>
    /// <param name="signers">Spares working out a key that was seen before.</param>
    public bool IsSignedByMember(SignedBid signed, KnownSigners signers)
    {
        try
        {
            return Hash(signed.Bid) == signed.Hash && signers.IsSignedBy(Address.FromMember(signed.Bid.Member), signed.Hash, signed.Signature.AsSpan());
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            return false; // Not even hashable: no signature can be over it.
        }
    }

    /// <summary>The first place whose bid is not its member's; null where all are. All cores check, and the answer is the same on any number.</summary>
    /// <param name="signers">Spares working out keys that were seen before.</param>
    public int? FirstForged(ImmutableArray<SignedBid> bids, KnownSigners signers)
    {
        var forged = Parallel.For(0, bids.Length, (place, loop) =>
        {
            if (!IsSignedByMember(bids[place], signers))
            {
                loop.Break();
            }
        });
        return (int?)forged.LowestBreakIteration;
    }

    private static Hash256 HashPreferences(Preferences preferences) => new StructHash(PreferencesType)
        .AddUnsigned(preferences.GreenPremium.MicroEurPerKWh)
        .AddUnsigned(preferences.LocalPremium.MicroEurPerKWh)
        .Add(preferences.Partner is { } partner ? Address.FromMember(partner) : Address.Zero)
        .AddUnsigned(preferences.PartnerPremium.MicroEurPerKWh)
        .Finish();

    private static Hash256 HashSteps(ImmutableArray<Step> steps)
    {
        if (steps.IsDefault || steps.Length > Bid.MaxSteps)
        {
            throw new ArgumentException($"A bid has at most {Bid.MaxSteps} steps.", nameof(steps));
        }

        if (steps.IsEmpty)
        {
            return NoSteps;
        }

        var array = new StructHash(steps.Length);
        foreach (var step in steps)
        {
            array.Add(new StructHash(StepType, words: 3).AddSigned(step.Price.MicroEurPerKWh).AddUnsigned(step.Energy.WattHours).Finish());
        }

        return array.Finish();
    }
}
