using System.Globalization;

namespace VirtualEnergy.P2P.Market;

/// <summary>An amount of money in µEUR: six decimals, as EURC and USDC have.</summary>
/// <param name="MicroEur">µEUR. Arithmetic is checked.</param>
public readonly record struct Money(long MicroEur) : IComparable<Money>
{
    public static readonly Money Zero;

    public int CompareTo(Money other) => MicroEur.CompareTo(other.MicroEur);

    public static Money operator +(Money a, Money b) => new(checked(a.MicroEur + b.MicroEur));

    public static Money operator -(Money a, Money b) => new(checked(a.MicroEur - b.MicroEur));

    public static Money operator -(Money a) => new(checked(-a.MicroEur));

    public static bool operator <(Money a, Money b) => a.MicroEur < b.MicroEur;

    public static bool operator >(Money a, Money b) => a.MicroEur > b.MicroEur;

    public static bool operator <=(Money a, Money b) => a.MicroEur <= b.MicroEur;

    public static bool operator >=(Money a, Money b) => a.MicroEur >= b.MicroEur;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{MicroEur} µEUR");
}
