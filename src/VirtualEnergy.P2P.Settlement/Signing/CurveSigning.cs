using System.Buffers.Binary;
using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Signing;

/// <summary>What an auctioneer or a concentrator says about itself.</summary>
/// <param name="Session">When it was started, unix ms.</param>
public readonly record struct CurveMarketTerms(MemberId Matcher, long Session, bool IsAuctioneer, MarketBasis Basis, long BidLifetime, int PeriodSeconds);

/// <summary>
/// The messages of a curve market under EIP-712. Each names both ends, and a bid the session of the matcher it is for; so none
/// is worth anything elsewhere, or after a restart. Prices are in µEUR/kWh, demands in nW (+ consumption), energies in Wh,
/// instants in unix ms.
/// <code>
/// CurveMarket(address matcher,uint64 session,bool auctioneer,uint64 priceSteps,int64 minimum,int64 maximum,uint64 bidLifetime,uint64 periodSeconds)
/// CurveBid(address agent,address matcher,uint64 session,uint64 number,uint64 expiresAt,int64[] demand)
/// CurveRefusal(address matcher,address agent,uint64 number,string reason,uint64 lastNumber)
/// CurvePrice(address matcher,address agent,uint64 sequence,uint64 number,int64 price)
/// CurveAllocation(address matcher,address agent,uint64 number,uint64 period,int64 price,int64 energy)
/// </code>
/// </summary>
public sealed class CurveSigning(MarketDomain domain)
{
    private const int Word = 32;

    private static readonly Hash256 MarketType = Keccak256.Hash(
        "CurveMarket(address matcher,uint64 session,bool auctioneer,uint64 priceSteps,int64 minimum,int64 maximum,uint64 bidLifetime,uint64 periodSeconds)");

    private static readonly Hash256 BidType =
        Keccak256.Hash("CurveBid(address agent,address matcher,uint64 session,uint64 number,uint64 expiresAt,int64[] demand)");

    private static readonly Hash256 RefusalType =
        Keccak256.Hash("CurveRefusal(address matcher,address agent,uint64 number,string reason,uint64 lastNumber)");

    private static readonly Hash256 PriceType = Keccak256.Hash("CurvePrice(address matcher,address agent,uint64 sequence,uint64 number,int64 price)");

    private static readonly Hash256 AllocationType =
        Keccak256.Hash("CurveAllocation(address matcher,address agent,uint64 number,uint64 period,int64 price,int64 energy)");

    private readonly Hash256 _separator = domain.Separator;

    public Hash256 Hash(CurveMarketTerms terms) => new StructHash(MarketType)
        .Add(Address.FromMember(terms.Matcher))
        .AddUnsigned(terms.Session)
        .AddUnsigned(terms.IsAuctioneer ? 1UL : 0UL)
        .AddUnsigned((long)terms.Basis.PriceSteps)
        .AddSigned(terms.Basis.MinimumPrice)
        .AddSigned(terms.Basis.MaximumPrice)
        .AddUnsigned(terms.BidLifetime)
        .AddUnsigned((long)terms.PeriodSeconds)
        .Digest(_separator);

    /// <param name="demands">None: the agent leaves.</param>
    public Hash256 Hash(MemberId agent, MemberId matcher, long session, long number, long expiresAt, ReadOnlySpan<Demand> demands) => new StructHash(BidType)
        .Add(Address.FromMember(agent))
        .Add(Address.FromMember(matcher))
        .AddUnsigned(session)
        .AddUnsigned(number)
        .AddUnsigned(expiresAt)
        .Add(HashDemands(demands))
        .Digest(_separator);

    /// <param name="number">The refused bid's.</param>
    public Hash256 Hash(MemberId matcher, MemberId agent, long number, CurveRefusal refusal) => new StructHash(RefusalType)
        .Add(Address.FromMember(matcher))
        .Add(Address.FromMember(agent))
        .AddUnsigned(number)
        .Add(Keccak256.Hash(refusal.Code))
        .AddUnsigned(refusal.LastNumber ?? 0)
        .Digest(_separator);

    public Hash256 Hash(MemberId matcher, MemberId agent, long sequence, NumberedPrice price) => new StructHash(PriceType)
        .Add(Address.FromMember(matcher))
        .Add(Address.FromMember(agent))
        .AddUnsigned(sequence)
        .AddUnsigned(price.BidNumber)
        .AddSigned(price.Price)
        .Digest(_separator);

    public Hash256 Hash(MemberId matcher, MemberId agent, NumberedAllocation allocation) => new StructHash(AllocationType)
        .Add(Address.FromMember(matcher))
        .Add(Address.FromMember(agent))
        .AddUnsigned(allocation.BidNumber)
        .AddUnsigned(allocation.Period.Index)
        .AddSigned(allocation.Price)
        .AddSigned(allocation.Energy.WattHours)
        .Digest(_separator);

    public static ImmutableArray<byte> Sign(Hash256 hash, EthereumKey key) => key.Sign(hash).ToImmutableBytes();

    /// <summary>False, never an exception, for anything hostile.</summary>
    public static bool IsSignedBy(MemberId signer, Hash256 hash, ReadOnlySpan<byte> signature) =>
        Signature.TryParse(signature, out var parsed) && parsed.Recover(hash)?.ToMember() == signer;

    private static Hash256 HashDemands(ReadOnlySpan<Demand> demands)
    {
        var words = new byte[demands.Length * Word];
        for (var step = 0; step < demands.Length; step++)
        {
            var word = words.AsSpan(step * Word, Word);
            word[..24].Fill(demands[step] < Demand.Zero ? (byte)0xff : (byte)0);
            BinaryPrimitives.WriteInt64BigEndian(word[24..], demands[step].NanoWatts);
        }

        return Keccak256.Hash(words);
    }
}
