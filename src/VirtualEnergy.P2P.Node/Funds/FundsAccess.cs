using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using VirtualEnergy.P2P.Settlement.Funds;

namespace VirtualEnergy.P2P.Node.Funds;

/// <summary>Where a member's money is, and with which key she reaches it: what the user said, not looked at yet.</summary>
/// <param name="Rpc">An Ethereum node's address.</param>
/// <param name="Contract">The escrow.</param>
/// <param name="KeyFile">Keystore file; null takes the key from the environment.</param>
/// <param name="PasswordFile">Its password's file; null takes it from the environment or asks.</param>
internal sealed record FundsTarget(string? Rpc, string? Contract, string? KeyFile, string? PasswordFile)
{
    /// <summary>What is said here, and where nothing is said, what the home's configuration says.</summary>
    public FundsTarget Or(HomeConfig config) =>
        new(Rpc ?? config.Rpc, Contract ?? config.Contract, KeyFile ?? config.Wallet, PasswordFile ?? config.PasswordFile);

    public EthereumKey Key() => NodeKey.Open(KeyFile, PasswordFile);
}

/// <summary>An escrow, its euro and the node that tells of both: reached, and found to be what they should be.</summary>
internal sealed class FundsAccess : IDisposable
{
    private readonly JsonRpcClient _client;

    private FundsAccess(JsonRpcClient client, Address contract) => (_client, Escrow) = (client, new EnergySettlementContract(client, contract));

    public JsonRpcClient Client => _client;

    public EnergySettlementContract Escrow { get; }

    public EuroToken Token { get; private set; } = null!;

    public string Symbol { get; private set; } = "";

    public ulong ChainId { get; private set; }

    /// <summary>Opens the access, has it used, and turns what goes wrong into a line for the user.</summary>
    /// <exception cref="UserErrorException">It cannot be reached, is no escrow, or refuses.</exception>
    public static async Task<T> UseAsync<T>(FundsTarget target, TimeProvider time, Func<FundsAccess, Task<T>> use, CancellationToken cancellation)
    {
        var rpc = Uri.TryCreate(target.Rpc, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new UserErrorException(target.Rpc is null ? "Which Ethereum node? Give --rpc http://host:8545, or \"rpc\" in the home's configuration." : $"--rpc {target.Rpc}: write http://host:8545 or https://….");
        var contract = Address.TryParse(target.Contract, out var address)
            ? address
            : throw new UserErrorException(target.Contract is null ? "Which escrow? Give --contract 0x…, or \"contract\" in the home's configuration." : $"--contract {target.Contract}: write 0x and 40 hexadecimal digits, in one case or with a correct checksum.");
        using var access = new FundsAccess(new JsonRpcClient(rpc, time, new JsonRpcOptions { KnownErrors = [.. EnergySettlementContract.Errors, .. MeteredProofsContract.Errors] }), contract);
        try
        {
            await access.CheckAsync(cancellation).ConfigureAwait(false);
            return await use(access).ConfigureAwait(false);
        }
        catch (EthereumException failure)
        {
            throw new UserErrorException(FundsRefusal.Of(failure), failure);
        }
        catch (FundsHistoryException failure)
        {
            throw new UserErrorException(failure.Message, failure);
        }
    }

    /// <summary>Sends for the member; the caller disposes it.</summary>
    public TransactionSender Sender(EthereumKey key, TimeProvider time) => new(_client, key, ChainId, time, new TransactionSenderOptions { EstimateOnPending = true });

    public void Dispose() => _client.Dispose();

    private async Task CheckAsync(CancellationToken cancellation)
    {
        ChainId = await _client.ChainIdAsync(cancellation).ConfigureAwait(false);
        if ((await _client.CodeAsync(Escrow.Address, cancellation).ConfigureAwait(false)).Length == 0)
        {
            throw new UserErrorException($"No contract lives at {Escrow.Address} on chain {ChainId}: check --contract and --rpc.");
        }

        try
        {
            Token = new EuroToken(_client, await Escrow.TokenAsync(cancellation).ConfigureAwait(false));
            Symbol = await Token.SymbolAsync(cancellation).ConfigureAwait(false);
            if (await Token.DecimalsAsync(cancellation).ConfigureAwait(false) is var decimals && decimals != EuroToken.Decimals)
            {
                throw new UserErrorException($"The escrow's token {Token.Address} has {decimals} decimals, not {EuroToken.Decimals}: this is no euro escrow.");
            }
        }
        catch (Exception e) when (e is AbiFormatException or EthereumRevertException)
        {
            throw new UserErrorException($"What lives at {Escrow.Address} does not answer as an EnergySettlement: check --contract.", e);
        }
    }
}
