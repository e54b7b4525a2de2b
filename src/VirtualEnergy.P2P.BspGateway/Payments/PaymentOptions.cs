using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.BspGateway.Payments;

/// <summary>How the aggregator pays members their shares: into their balances in the community's escrow.</summary>
public sealed record PaymentOptions
{
    /// <summary>JSON-RPC address of an Ethereum node.</summary>
    public required Uri Rpc { get; init; }

    /// <summary>The chain that it must be on.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>The community's <c>EnergySettlement</c>.</summary>
    public required Address Contract { get; init; }

    /// <summary>The token that it must hold; null takes whichever it says.</summary>
    public Address? Token { get; init; }

    /// <summary>The wallet that the operator's cash comes to and members are paid from. Nobody else may use it: see docs/bsp.md.</summary>
    public required EthereumKey Key { get; init; }

    /// <summary>The system operator's account, which what is owed to it goes to; null where that is paid by hand.</summary>
    public Address? Operator { get; init; }

    /// <summary>A statement covers what was settled of so many periods, from a multiple of it on: 96 is a day in UTC.</summary>
    public int EveryPeriods { get; init; } = 96;

    /// <summary>Blocks that must hold a payment before it counts as made.</summary>
    public int Confirmations { get; init; } = 1;

    /// <summary>Between two looks whether there is something to pay.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The chain's time, also where the market's is simulated.</summary>
    public TimeProvider ChainTime { get; init; } = TimeProvider.System;
}
