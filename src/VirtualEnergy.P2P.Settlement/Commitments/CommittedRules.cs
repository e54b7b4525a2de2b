using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Settlement.Commitments;

/// <summary>What a judge may count on, whatever an operator says of a round.</summary>
[Flags]
public enum RulePromises
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Whoever trades has a bid.</summary>
    Bids = 1,

    /// <summary>One price for all, at which every better step is filled, unless a bid with premiums counted.</summary>
    OnePrice = 2,

    /// <summary>Nothing but trades moves money.</summary>
    TradesOnly = 4,
}

/// <summary>A market's rules as an escrow is deployed with them: an operator cannot settle by others.</summary>
/// <remarks>
/// The escrow keeps keccak-256 of <c>abi.encode(bytes32 constants, address gridOperator, address community, uint8 flags)</c>; the constants are the
/// hash of everything that a round depends on beside bids and members, see <see cref="Of"/>.
/// </remarks>
/// <param name="Constants">Hash of all constants of the market.</param>
/// <param name="Accounts">Who gets fees, spreads and charges.</param>
/// <param name="Promises">What a judge may count on.</param>
public sealed record CommittedRules(Hash256 Constants, MoneyAccounts Accounts, RulePromises Promises)
{
    private static readonly AbiType[] ConstantTypes = [.. ((AbiTuple)AbiType.Parse(
        "(int64,int64,int64,int64,uint64,string,(string,string,int64,bool,uint64)[],(int64,int64,int64,int64)[],int64)")).Components];

    /// <summary>What <see cref="Constants"/> is the hash of; empty where only that is known.</summary>
    public ImmutableArray<byte> Encoded { get; init; } = [];

    public Address GridOperator => AddressOf(Accounts.GridOperator);

    public Address Community => AddressOf(Accounts.Community);

    /// <summary>What the escrow keeps.</summary>
    public Hash256 Hash => new StructHash(words: 4).Add(Constants).Add(GridOperator).Add(Community).AddSigned((long)Promises).Finish();

    /// <summary>
    /// Constants are <c>abi.encode</c> of tick, floor, cap, k in thousandths, the period's length in seconds, the mechanism's name, the lines (buyers'
    /// zone, sellers' zone, fee, whether there is a limit, limit), the rules of broadcast prices, none or one (response per cent, target,
    /// reference, most per period), and the imbalance spread.
    /// </summary>
    public static CommittedRules Of(MarketRules rules)
    {
        object[] lines =
        [
            .. rules.Network.Lines.Select(line => (object)new object[]
            {
                line.Buyer.Value, line.Seller.Value, line.Fee.MicroEurPerKWh, line.Capacity is not null, line.Capacity?.WattHours ?? 0,
            }),
        ];
        object[] broadcast = rules.RealTimePrice is { } price
            ? [new object[] { price.ResponsePerCent.WattHours, price.Target.WattHours, price.Reference.MicroEurPerKWh, price.MostPerPeriod.MicroEurPerKWh }]
            : [];
        var constants = AbiEncoder.Encode(
            ConstantTypes, rules.TickMicroEurPerKWh, rules.Floor.MicroEurPerKWh, rules.Cap.MicroEurPerKWh, rules.KThousandths,
            rules.Grid.LengthSeconds, rules.Mechanism.ToString(), lines, broadcast, rules.ImbalanceSpread.MicroEurPerKWh);
        return new CommittedRules(Keccak256.Hash(constants), rules.Accounts, PromisesOf(rules)) { Encoded = [.. constants] };
    }

    private static RulePromises PromisesOf(MarketRules rules)
    {
        var isUniform = rules is { Mechanism: MechanismKind.Uniform, Network.IsCopperPlate: true, RealTimePrice: null };
        var hasCharges = rules.Mechanism == MechanismKind.Muda;
        return RulePromises.Bids | (isUniform ? RulePromises.OnePrice : 0) | (hasCharges ? 0 : RulePromises.TradesOnly);
    }

    private static Address AddressOf(MemberId? account) => account is { } member ? Address.FromMember(member) : Address.Zero;
}
