using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>
/// Whether readings are taken from the meters that proofs judge by. A reading that another key signed than the registered one counts as forged, and
/// whoever settles it loses the bond: so such an exchange does not start.
/// </summary>
internal static class RegisteredMeters
{
    /// <summary>So many members are asked about at a time.</summary>
    private const int Together = 64;

    /// <exception cref="ExchangeStartException">A member's meter is another one on the chain.</exception>
    /// <exception cref="EthereumException">The chain does not answer.</exception>
    public static async Task CheckAsync(ExchangeOptions options, IEthereumClient client, EnergySettlementContract contract, CancellationToken cancellation)
    {
        var judge = await contract.JudgeAsync(cancellation);
        if (!options.SettlesDeviations || (await client.CodeAsync(judge, cancellation)).Length == 0)
        {
            return; // nothing is settled by readings, or somebody judges by himself
        }

        var register = await new FraudProofsContract(judge).MeteredAsync(client, cancellation);
        foreach (var members in options.Members.Chunk(Together))
        {
            var answers = await Task.WhenAll(members.Select(member => register.MeterOfAsync(client, contract.Address, Address.FromMember(member.Id), cancellation)));
            foreach (var (member, registered) in members.Zip(answers))
            {
                if (Address.FromMember(member.Meter ?? member.Id) is var configured && configured != registered)
                {
                    throw new ExchangeStartException(
                        $"Readings of member {member.Id} ({member.Name}) are to be signed by {configured}, and the register {register.Address} of the contract {contract.Address} says "
                        + $"{registered}: set Exchange:Members:N:Meter to that, or let the registrar announce the other with ve meter announce and wait until it signs.");
                }
            }
        }
    }
}
