using System.Numerics;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>What a transaction offers, and how much more its replacement does. Fees are wei per gas; pure.</summary>
public sealed record FeePolicy
{
    /// <summary>Nodes replace a waiting transaction only for one that offers this much more in both fields (go-ethereum's <c>txpool.pricebump</c>).</summary>
    public const int NodesMinimumPercent = 10;

    private readonly int _raisePercent = 25;

    /// <summary>A replacement offers so many per cent more in both fields, or what the market asks if that is more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than nodes take.</exception>
    public int RaisePercent
    {
        get => _raisePercent;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, NodesMinimumPercent);
            _raisePercent = value;
        }
    }

    /// <summary>Nothing is offered above this, whatever the market asks: then transactions wait. Default 500 gwei.</summary>
    public BigInteger MostFeePerGas { get; init; } = 500_000_000_000;

    /// <summary>A transaction that is not mined for so long is replaced.</summary>
    public TimeSpan ReplaceAfter { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>The market's fees, cut off at the cap.</summary>
    public EthereumFees First(EthereumFees market) => Capped(market.MaxFeePerGas, market.MaxPriorityFeePerGas);

    /// <summary>The fees of a replacement: raised, or the market's where those are higher; cut off at the cap.</summary>
    /// <returns>Null where the cap leaves no room for a raise that nodes would take.</returns>
    public EthereumFees? Raised(EthereumFees previous, EthereumFees market)
    {
        var raised = Capped(
            BigInteger.Max(More(previous.MaxFeePerGas, RaisePercent), market.MaxFeePerGas),
            BigInteger.Max(More(previous.MaxPriorityFeePerGas, RaisePercent), market.MaxPriorityFeePerGas));
        return raised.MaxFeePerGas >= More(previous.MaxFeePerGas, NodesMinimumPercent)
            && raised.MaxPriorityFeePerGas >= More(previous.MaxPriorityFeePerGas, NodesMinimumPercent) ? raised : null;
    }

    private EthereumFees Capped(BigInteger most, BigInteger tip)
    {
        var capped = BigInteger.Min(most, MostFeePerGas);
        return new EthereumFees(capped, BigInteger.Min(tip, capped));
    }

    // Rounded up, and more in any case: ten per cent of nothing is nothing.
    private static BigInteger More(BigInteger fee, int percent) => BigInteger.Max((fee * (100 + percent) + 99) / 100, fee + 1);
}
