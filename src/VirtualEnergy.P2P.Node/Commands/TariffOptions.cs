using System.CommandLine;
using System.Globalization;
using VirtualEnergy.P2P.Node.Configuration;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary>How a command line names a supplier's contract beyond its single price.</summary>
internal static class TariffOptions
{
    public static readonly Option<string?> Tariff = new("--tariff")
    {
        Description = $"{SupplierSource.Single}: --import-price at all times; {SupplierSource.Bands}: ARERA's F1, F2, F3; {SupplierSource.Hourly}: --prices. [default: hourly with --prices, else single]",
        HelpName = "KIND",
    };

    public static readonly Option<string?> BandPrices = new("--band-prices") { Description = "EUR/kWh that the supplier asks in F1, F2 and F3. [default: 0.30,0.285,0.26]", HelpName = "F1,F2,F3" };

    /// <exception cref="UserErrorException">Not three prices.</exception>
    public static SupplierSource Apply(SupplierSource source, ParseResult parsed)
    {
        source = source with { Tariff = parsed.GetValue(Tariff) };
        if (parsed.GetValue(BandPrices) is not { } text)
        {
            return source;
        }

        var prices = text.Split(',').Select(part => decimal.TryParse(part, NumberStyles.Number, CultureInfo.InvariantCulture, out var euro)
            && Math.Abs(euro) <= 4 && decimal.IsInteger(euro * 1_000_000) ? (long?)(euro * 1_000_000) : null).ToArray();
        return prices is [{ } f1, { } f2, { } f3]
            ? source with { F1MicroEurPerKWh = f1, F2MicroEurPerKWh = f2, F3MicroEurPerKWh = f3 }
            : throw new UserErrorException($"--band-prices {text}: write three prices of -4 to 4 EUR/kWh, as 0.30,0.285,0.26.");
    }
}
