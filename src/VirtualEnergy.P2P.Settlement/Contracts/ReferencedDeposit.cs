using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>
/// A payment into a member's balance that says what it is for: the call data of the escrow's <c>deposit</c>, and 32 bytes more. A contract does not look at
/// what follows its arguments; whoever reads the transaction does.
/// </summary>
/// <param name="Member">Whose balance.</param>
/// <param name="Amount">µEUR, positive.</param>
/// <param name="Reference">The hash of a statement.</param>
public readonly record struct ReferencedDeposit(Address Member, Money Amount, Hash256 Reference)
{
    private static readonly int PlainLength = EnergySettlementAbi.Deposit.Encode(Address.Zero, 1L).Length;

    public byte[] Encode() => [.. EnergySettlementAbi.Deposit.Encode(Member, Amount.MicroEur), .. Reference.ToArray()];

    /// <summary>Null for any other call, also for a deposit without a reference.</summary>
    public static ReferencedDeposit? Read(ReadOnlySpan<byte> callData)
    {
        if (callData.Length != PlainLength + Hash256.Size)
        {
            return null;
        }

        try
        {
            var values = EnergySettlementAbi.Deposit.DecodeCall(callData[..PlainLength]);
            return (BigInteger)values[1] is var amount && amount <= long.MaxValue
                ? new ReferencedDeposit((Address)values[0], new Money((long)amount), new Hash256(callData[PlainLength..])) : null;
        }
        catch (AbiFormatException)
        {
            return null;
        }
    }
}
