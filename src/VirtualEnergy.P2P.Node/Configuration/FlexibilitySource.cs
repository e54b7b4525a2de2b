using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Balancing;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>The member's consent to a balancing service provider, <c>flexibility</c> in <c>home.json</c>: without it nothing is offered and no order obeyed.</summary>
public sealed record FlexibilitySource
{
    private const long MostPrice = 100_000_000;

    /// <summary>The address of the balancing service provider (BSP) whose orders are obeyed.</summary>
    public required string Bsp { get; init; }

    /// <summary>Whether the home may be asked to take less from the grid, or give more.</summary>
    public bool Up { get; init; } = true;

    /// <summary>Whether it may be asked to take more, or give less.</summary>
    public bool Down { get; init; } = true;

    /// <summary>The least that the member takes for a kWh up; what it costs the home if that is more. µEUR/kWh.</summary>
    public long MinimumPriceMicroEurPerKWh { get; init; }

    /// <summary>What she wants beyond what a kWh costs the home, both ways, µEUR/kWh.</summary>
    public long GainMicroEurPerKWh { get; init; } = 10_000;

    /// <summary>File of the orders that were accepted, which are held over a restart; left out, they are forgotten at one.</summary>
    public string? Book { get; init; }

    /// <exception cref="UserErrorException">Not an address, nothing allowed, or a price that cannot be.</exception>
    public FlexibilityConsent Open()
    {
        if (!Topics.IsMemberAddress(Bsp))
        {
            throw new UserErrorException($"flexibility: bsp is \"{Bsp}\"; write 0x and 40 lower-case hexadecimal digits.");
        }

        if (!Up && !Down)
        {
            throw new UserErrorException("flexibility: up and down are both false; leave flexibility out to offer nothing.");
        }

        if (Math.Abs(MinimumPriceMicroEurPerKWh) > MostPrice || GainMicroEurPerKWh is < 0 or > MostPrice)
        {
            throw new UserErrorException($"flexibility: prices are at most {MostPrice} µEUR/kWh, and gainMicroEurPerKWh is 0 or more.");
        }

        return new FlexibilityConsent(new MemberId(Bsp), Up, Down, new Price(MinimumPriceMicroEurPerKWh), new Price(GainMicroEurPerKWh));
    }
}
