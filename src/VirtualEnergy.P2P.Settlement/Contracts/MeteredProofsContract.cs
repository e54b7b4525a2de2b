using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>
/// The judge's expert for metered batches, <c>contracts/MeteredProofs.sol</c> at an address: takes evidence against them, and keeps whose meter
/// signs what for any number of escrows. Everything that <see cref="FraudProofsContract"/> says of evidence holds here as well.
/// </summary>
public sealed partial class MeteredProofsContract(Address address)
{
    internal static readonly ContractArtifact Artifact = ContractArtifact.Embedded("MeteredProofs");

    private static readonly AbiFunction AnnounceMeter = new("announceMeter(address escrow, address member, address meter)");
    private static readonly AbiFunction MeterOf = new("meterOf(address escrow, address member)", "address");
    private static readonly AbiEvent MeterAnnounced = new("MeterAnnounced(address indexed escrow, address indexed member, address meter, uint256 readyAt)");

    private static readonly AbiFunction IsMeterOf = new("isMeterOf(address escrow, address member, address signer)", "bool");

    public Address Address { get; } = address;

    /// <summary>What evidence can be refused for.</summary>
    public static ImmutableArray<AbiError> Errors => Artifact.Errors;

    /// <summary>Creates a new expert and waits until it is there.</summary>
    public static async Task<MeteredProofsContract> DeployAsync(TransactionSender sender, CancellationToken cancellationToken)
    {
        var receipt = await sender.SendAndConfirmAsync(null, [.. Artifact.CreationCode], cancellationToken);
        return new MeteredProofsContract(receipt.ContractAddress!.Value);
    }

    /// <summary>Names a member's meter, which signs after the escrow's delay for keys. The sender is the escrow's registrar.</summary>
    public Task<TransactionReceipt> AnnounceMeterAsync(
        TransactionSender sender, Address escrow, Address member, Address meter, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, AnnounceMeter.Encode(escrow, member, meter), cancellationToken);

    /// <summary>From when on the meter that a transaction announced signs.</summary>
    /// <exception cref="AbiFormatException">It announced none here.</exception>
    public DateTimeOffset SignsFrom(TransactionReceipt announcement) =>
        announcement.Logs.FirstOrDefault(log => log.Contract == Address && !log.Topics.IsEmpty && log.Topics[0] == MeterAnnounced.Topic) is { } log
            ? DateTimeOffset.FromUnixTimeSeconds((long)(BigInteger)MeterAnnounced.Decode(log.Topics, log.Data.AsSpan())[3])
            : throw new AbiFormatException($"Transaction {announcement.TransactionHash} announced no meter in {Address}.");

    /// <summary>All meters that an escrow's registrar announced in a span of blocks, oldest first.</summary>
    /// <exception cref="AbiFormatException">The node tells a log that is none of the register's.</exception>
    public async Task<ImmutableArray<MeterAnnouncement>> AnnouncementsAsync(
        IEthereumClient client, Address escrow, ulong fromBlock, ulong toBlock, CancellationToken cancellationToken)
    {
        var announced = ImmutableArray.CreateBuilder<MeterAnnouncement>();
        await foreach (var page in EscrowLogPages.ReadAsync(client, Address, fromBlock, toBlock, cancellationToken))
        {
            foreach (var log in page.Logs.Where(log => !log.Topics.IsEmpty && log.Topics[0] == MeterAnnounced.Topic))
            {
                var values = MeterAnnounced.Decode(log.Topics, log.Data.AsSpan());
                if ((Address)values[0] == escrow)
                {
                    announced.Add(new MeterAnnouncement((Address)values[1], (Address)values[2], DateTimeOffset.FromUnixTimeSeconds((long)(BigInteger)values[3])));
                }
            }
        }

        return announced.ToImmutable();
    }

    /// <summary>Whose signature a member's readings bear now: her own, unless the registrar named another.</summary>
    public async Task<Address> MeterOfAsync(IEthereumClient client, Address escrow, Address member, CancellationToken cancellationToken) =>
        (Address)MeterOf.DecodeResult(await client.CallAsync(Address, MeterOf.Encode(escrow, member), cancellationToken))[0];

    /// <summary>Whether a member's readings can bear this signature now: her meter's, or for a while that of the one before.</summary>
    public async Task<bool> IsMeterOfAsync(IEthereumClient client, Address escrow, Address member, Address signer, CancellationToken cancellationToken) =>
        (bool)IsMeterOf.DecodeResult(await client.CallAsync(Address, IsMeterOf.Encode(escrow, member, signer), cancellationToken))[0];
}
