using System.Globalization;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Doctor;

/// <summary>Looks at what a market needs of others: broker, Ethereum node, contract, and clocks that agree.</summary>
public static class MarketCheck
{
    /// <summary>A gate's time is told in seconds; a clock that is further off bids too late.</summary>
    private static readonly TimeSpan ClockError = TimeSpan.FromSeconds(15);

    /// <summary>Gates close a day before delivery at the earliest.</summary>
    private static readonly TimeSpan LongestLead = TimeSpan.FromDays(1);

    /// <summary>At 12 s a block, 25 blocks missing.</summary>
    private static readonly TimeSpan OldHead = TimeSpan.FromMinutes(5);

    /// <returns>What was found, and the market where there is one.</returns>
    public static async Task<(IReadOnlyList<Finding> Findings, MarketDescription? Market)> BrokerAsync(
        BrokerAddress broker, string? community, TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            var view = await MarketView.ReadAsync(broker, community, wait, time, cancellation).ConfigureAwait(false);
            var round = view.Open is { } open ? $"period {open.Period.Index} is open" : "no round is open";
            var gate = view.Open is { } announced ? GateOf(announced, view.Market.Rules.Grid, time.GetUtcNow()) : null;
            var served = Finding.Ok("broker", $"{broker} serves {view.Market.Community}; {round}");
            return (gate is null ? [served] : [served, gate], view.Market);
        }
        catch (UserErrorException failure)
        {
            return ([Finding.Fail("broker", failure.Message, "check the address, and whether broker and exchange run")], null);
        }
    }

    /// <summary>This machine's clock beside the open gate's: a node that is hours off bids, and tells devices, nothing.</summary>
    /// <returns>Null for a market of simulated time, whose gates do not close shortly before what they deliver.</returns>
    public static Finding? GateOf(RoundAnnouncement open, PeriodGrid grid, DateTimeOffset now)
    {
        if (open.DeliveryStart - open.GateClosesAt is var lead && (lead < TimeSpan.Zero || lead > LongestLead))
        {
            return null;
        }

        var left = TimeSpan.FromSeconds(Math.Round((open.GateClosesAt - now).TotalSeconds));
        var how = string.Create(
            CultureInfo.InvariantCulture,
            $"the open gate closes at {open.GateClosesAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, {(left < TimeSpan.Zero ? $"{-left:c} ago" : $"in {left:c}")} by this machine's clock");
        return left < -ClockError || left > TimeSpan.FromSeconds(grid.LengthSeconds) + ClockError
            ? Finding.Warn("gate", how, "set the clock (timedatectl set-ntp true); if it is right, the exchange is away or behind, or its time is simulated")
            : Finding.Ok("gate", how);
    }

    /// <param name="market">As the broker tells it; null where no broker was asked.</param>
    /// <param name="contract">Asked for by the user; null takes the market's.</param>
    public static async Task<IReadOnlyList<Finding>> ChainAsync(
        Uri rpc, MarketDescription? market, Address? contract, TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        using var client = new JsonRpcClient(rpc, time, new JsonRpcOptions { KnownErrors = EnergySettlementContract.Errors });
        using var limit = new CancellationTokenSource(wait, time);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            findings.Add(ChainOf(rpc, await client.ChainIdAsync(timeout.Token).ConfigureAwait(false), market));
            findings.Add(ClockOf(await client.BlockAsync(null, timeout.Token).ConfigureAwait(false), time.GetUtcNow()));
            if ((contract ?? (market is null ? null : Address.Parse(market.Contract))) is { } address)
            {
                findings.Add(await ContractAsync(client, address, market, timeout.Token).ConfigureAwait(false));
                if (findings[^1].State == FindingState.Ok)
                {
                    findings.Add(await JudgeAsync(client, new EnergySettlementContract(client, address), timeout.Token).ConfigureAwait(false));
                }
            }
        }
        catch (EthereumException failure)
        {
            findings.Add(Unreachable(rpc, failure.Message));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            findings.Add(Unreachable(rpc, $"no answer within {wait.TotalSeconds:0} s"));
        }

        return findings;
    }

    public static Finding ChainOf(Uri rpc, ulong chainId, MarketDescription? market) =>
        market is not null && market.ChainId != chainId
            ? Finding.Fail("chain", $"{rpc} is on chain {chainId}, the market on {market.ChainId}", "give the address of a node of the market's chain")
            : Finding.Ok("chain", $"{rpc} answers, on chain {chainId}");

    /// <summary>This machine's clock beside the newest block's: the one witness of the time that a node has anyway.</summary>
    public static Finding ClockOf(BlockHead? head, DateTimeOffset now)
    {
        if (head is null)
        {
            return Finding.Warn("clock", "the node has no blocks to compare the clock with", "wait until the node has caught up");
        }

        var age = now - head.Time;
        var how = string.Create(CultureInfo.InvariantCulture, $"the newest block, {head.Number}, is {age.TotalSeconds:0} s old by this machine's clock");
        return age < -ClockError ? Finding.Fail("clock", how, "set the clock (timedatectl set-ntp true), or the chain's time is simulated and runs ahead")
            : age > OldHead ? Finding.Warn("clock", how, "the node is behind or the chain makes blocks only on demand; if neither, set the clock (timedatectl set-ntp true)")
            : Finding.Ok("clock", how);
    }

    private static async Task<Finding> ContractAsync(JsonRpcClient client, Address address, MarketDescription? market, CancellationToken cancellation)
    {
        const string Redeploy = "check the address; a contract of another version needs the ve of that version";
        if ((await client.CodeAsync(address, cancellation).ConfigureAwait(false)).Length == 0)
        {
            return Finding.Fail("contract", $"no contract lives at {address}", "check the address and the chain");
        }

        var contract = new EnergySettlementContract(client, address);
        try
        {
            if (!await contract.IsThisVersionAsync(cancellation).ConfigureAwait(false))
            {
                return Finding.Fail("contract", $"{address} is not the EnergySettlement of this version: its code is another", Redeploy);
            }

            var settler = await contract.SettlerAsync(cancellation).ConfigureAwait(false);
            var last = await contract.LastPeriodAsync(cancellation).ConfigureAwait(false);
            var rules = await contract.RulesAsync(cancellation).ConfigureAwait(false);
            _ = await contract.JudgeAsync(cancellation).ConfigureAwait(false);
            _ = await contract.StateAsync(cancellation).ConfigureAwait(false);
            if (market is not null && settler != Address.Parse(market.Exchange))
            {
                return Finding.Fail("contract", $"{address} takes settlements from {settler}, and the market's exchange is {market.Exchange}", "ask the operator which of both is right");
            }

            return market is not null && rules != default && rules != CommittedRules.Of(market.Rules).Hash
                ? Finding.Fail("contract", $"{address} was deployed with other market rules than the exchange tells", "do not bid; ask the operator")
                : Finding.Ok("contract", $"{address} is an EnergySettlement of this version, settled up to period {last.Index}");
        }
        catch (EthereumException failure) when (failure is not EthereumTransportException)
        {
            return Finding.Fail("contract", $"{address} does not answer as an EnergySettlement of this version: {failure.Message}", Redeploy);
        }
    }

    /// <summary>Whether the escrow's judge takes the proofs of this version: an escrow of the right code may have been deployed with any.</summary>
    public static async Task<Finding> JudgeAsync(JsonRpcClient client, EnergySettlementContract contract, CancellationToken cancellation)
    {
        const string Warning = "fraud could not be proved with this ve: ask the operator, and do not put money in before you know";
        try
        {
            var judge = await contract.JudgeAsync(cancellation).ConfigureAwait(false);
            if ((await client.CodeAsync(judge, cancellation).ConfigureAwait(false)).Length == 0)
            {
                return Finding.Fail("judge", $"{judge} is no contract: somebody judges as he likes", Warning);
            }

            return await new FraudProofsContract(judge).FirstOtherCodeAsync(client, cancellation).ConfigureAwait(false) is { } other
                ? Finding.Fail("judge", $"{other} of this version: its code is another", Warning)
                : Finding.Ok("judge", $"{judge} is the FraudProofs of this version, with its experts");
        }
        catch (EthereumException failure) when (failure is not EthereumTransportException)
        {
            return Finding.Fail("judge", $"the judge of {contract.Address} does not answer as one of this version: {failure.Message}", Warning);
        }
    }

    private static Finding Unreachable(Uri rpc, string why) => Finding.Fail("chain", $"{rpc} does not answer: {why}", "check the address, and whether the Ethereum node runs");
}
