using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Benchmarks.Rounds;

/// <summary>Members with keys of their own, and the signed bids of one step each that they send in a period, as bytes.</summary>
internal sealed class SignedMarket
{
    public static readonly Period First = new(2_000_000);

    public static readonly EthereumKey ExchangeKey = KeyOf("exchange");

    /// <summary>Enough for any bid here: 500 Wh at 30 ct/kWh.</summary>
    public static readonly Money Funds = new(150_000);

    private readonly EthereumKey[] _keys;

    public SignedMarket(int members)
    {
        _keys = new EthereumKey[members];
        Parallel.For(0, members, i => _keys[i] = KeyOf(string.Create(CultureInfo.InvariantCulture, $"member {i}")));
        Members = [.. _keys.Select((key, i) => new Member(key.Address.ToMember(), $"home {i}", new ZoneId("A"), 8_000))];
    }

    public MarketDomain Domain { get; } = new(31_337, ExchangeKey.Address);

    public ImmutableArray<Member> Members { get; }

    /// <summary>Every other member buys; 50 to 500 Wh at 5 to 30 ct/kWh, both by the period and the member alone.</summary>
    public (MemberId Sender, byte[] Payload)[] BidsOf(Period period)
    {
        var signing = new BidSigning(Domain);
        var payloads = new (MemberId, byte[])[_keys.Length];
        Parallel.For(0, _keys.Length, i =>
        {
            var random = new Random(HashCode(period, i));
            var step = new Step(new Price(100 * random.NextInt64(500, 3_000)), new Energy(random.NextInt64(50, 501)));
            var bid = i % 2 == 0 ? new Bid(Members[i].Id, period, 1, [step], []) : new Bid(Members[i].Id, period, 1, [], [step]);
            payloads[i] = (Members[i].Id, WireFormat.Write(new BidMessage(bid, signing.Sign(bid, _keys[i]).Signature)));
        });
        return payloads;
    }

    private static int HashCode(Period period, int member) => (int)(period.Index * 1_000_003 % 1_000_000) + member;

    private static EthereumKey KeyOf(string name) => EthereumKey.FromBytes(Keccak256.Hash(name).ToArray());
}
