using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>A signature under a reading.</summary>
/// <param name="Place">Among all readings of a metered period.</param>
/// <param name="Member">Whose meter it should be.</param>
/// <param name="Signer">Null where nobody can have signed so.</param>
/// <param name="IsOfEarlier">The reading corrects an earlier period: an earlier meter may have signed it.</param>
internal readonly record struct MeterSignature(int Place, Address Member, Address? Signer, bool IsOfEarlier);

/// <summary>
/// Whose meter signed what when a batch was settled, by the log of the register: meters may have changed since. The log is read as far as it is needed, once; whoever looks at batches as
/// they are settled asks for the meters of now, and reads the log only for what is not theirs.
/// </summary>
/// <param name="client">The node.</param>
/// <param name="escrow">Whose members.</param>
/// <param name="judge">The escrow's.</param>
/// <param name="fromBlock">Nothing of the escrow is before it.</param>
/// <param name="isLive">Batches are looked at as they are settled.</param>
internal sealed class MeterRegister(JsonRpcClient client, EnergySettlementContract escrow, FraudProofsContract judge, ulong fromBlock, bool isLive)
{
    private readonly List<MeterAnnouncement> _announced = [];
    private MeteredProofsContract? _register;
    private MeterSchedule _schedule = new([], default);
    private ulong _next = fromBlock;

    /// <summary>The places of those that did not count.</summary>
    /// <param name="signatures">Under the readings of one batch.</param>
    /// <param name="block">Where the batch was settled.</param>
    /// <param name="cancellation">Stops asking.</param>
    public async Task<IReadOnlySet<int>> ForgedAsync(IReadOnlyCollection<MeterSignature> signatures, ulong block, CancellationToken cancellation)
    {
        if (_register is null && (await client.CodeAsync(judge.Address, cancellation).ConfigureAwait(false)).Length == 0)
        {
            return signatures.Where(signature => signature.Signer != signature.Member).Select(signature => signature.Place).ToHashSet(); // Somebody judges by himself: no register.
        }

        _register ??= await judge.MeteredAsync(client, cancellation).ConfigureAwait(false);
        var open = isLive ? await NotOfNowAsync(_register, signatures, cancellation).ConfigureAwait(false) : signatures;
        if (open.Count == 0)
        {
            return new HashSet<int>();
        }

        await ReadToAsync(_register, block, cancellation).ConfigureAwait(false);
        var time = (await client.BlockAsync(block, cancellation).ConfigureAwait(false)
            ?? throw new EthereumTransportException($"The node has a log of block {block} and not the block.", isTransient: true)).Time;
        return open.Where(signature => signature.Signer is not { } signer || !(signature.IsOfEarlier
            ? _schedule.CountedBy(signature.Member, signer, time) : _schedule.Counts(signature.Member, signer, time))).Select(signature => signature.Place).ToHashSet();
    }

    private async Task<List<MeterSignature>> NotOfNowAsync(MeteredProofsContract register, IReadOnlyCollection<MeterSignature> signatures, CancellationToken cancellation)
    {
        var batch = client.NewBatch();
        var answers = signatures.Select(signature => signature.Signer is { } signer
            ? register.IsMeterOfAsync(batch.Client, escrow.Address, signature.Member, signer, cancellation) : Task.FromResult(false)).ToArray();
        await batch.SendAsync(cancellation).ConfigureAwait(false);
        var count = await Task.WhenAll(answers).ConfigureAwait(false);
        return [.. signatures.Zip(count).Where(entry => !entry.Second).Select(entry => entry.First)];
    }

    private async Task ReadToAsync(MeteredProofsContract register, ulong block, CancellationToken cancellation)
    {
        if (_next > block)
        {
            return;
        }

        _announced.AddRange(await register.AnnouncementsAsync(client, escrow.Address, _next, block, cancellation).ConfigureAwait(false));
        _schedule = new MeterSchedule(_announced, await escrow.KeyDelayAsync(cancellation).ConfigureAwait(false));
        _next = block + 1;
    }
}
