using System.Globalization;

namespace VirtualEnergy.P2P.Market;

/// <summary>A price of energy in µEUR per kWh. May be negative: then the seller pays.</summary>
/// <param name="MicroEurPerKWh">µEUR per kWh; 250 000 is 25 ct/kWh.</param>
public readonly record struct Price(long MicroEurPerKWh) : IComparable<Price>
{
    public static Price Min(Price a, Price b) => a.MicroEurPerKWh <= b.MicroEurPerKWh ? a : b;

    public static Price Max(Price a, Price b) => a.MicroEurPerKWh >= b.MicroEurPerKWh ? a : b;

    /// <summary>What <paramref name="energy"/> costs at this price: energy × price / 1000, rounded half up, once.</summary>
    /// <exception cref="OverflowException">The amount does not fit in 64 bits.</exception>
    public Money Of(Energy energy)
    {
        // Half up means towards +∞ at .5, also below zero; an arithmetic floor division gives exactly that.
        var thousandths = (Int128)energy.WattHours * MicroEurPerKWh + 500;
        var quotient = thousandths / 1000;
        if (thousandths < 0 && thousandths % 1000 != 0)
        {
            quotient--;
        }

        return new Money(checked((long)quotient));
    }

    public int CompareTo(Price other) => MicroEurPerKWh.CompareTo(other.MicroEurPerKWh);

    public static bool operator <(Price a, Price b) => a.MicroEurPerKWh < b.MicroEurPerKWh;

    public static bool operator >(Price a, Price b) => a.MicroEurPerKWh > b.MicroEurPerKWh;

    public static bool operator <=(Price a, Price b) => a.MicroEurPerKWh <= b.MicroEurPerKWh;

    public static bool operator >=(Price a, Price b) => a.MicroEurPerKWh >= b.MicroEurPerKWh;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{MicroEurPerKWh} µEUR/kWh");
}
