using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>A home's contract with its supplier: one price, a price for each of ARERA's bands, or an hourly series with a mark-up.</summary>
public sealed record SupplierSource
{
    /// <summary>One price at all times.</summary>
    public const string Single = "single";

    /// <summary>A price for each of F1, F2 and F3.</summary>
    public const string Bands = "bands";

    /// <summary>The zonal price of every hour and a mark-up.</summary>
    public const string Hourly = "hourly";

    /// <summary>"single", "bands" or "hourly"; left out, it is hourly where there is a price file and single where there is none.</summary>
    public string? Tariff { get; init; }

    /// <summary>What the home pays, µEUR/kWh, network charges and levies included. 28 ct: an Italian home's contract, all in.</summary>
    public long ImportMicroEurPerKWh { get; init; } = 280_000;

    /// <summary>What the home pays in F1, µEUR/kWh, all in: with those of F2 and F3 an assumption about the single price, not a quotation.</summary>
    public long F1MicroEurPerKWh { get; init; } = 300_000;

    /// <summary>What it pays in F2.</summary>
    public long F2MicroEurPerKWh { get; init; } = 285_000;

    /// <summary>What it pays in F3.</summary>
    public long F3MicroEurPerKWh { get; init; } = 260_000;

    /// <summary>What the home gets for energy fed in, µEUR/kWh.</summary>
    public long ExportMicroEurPerKWh { get; init; } = 90_000;

    /// <summary>File of hourly zonal prices; then these are what is paid for energy fed in, and the mark-up comes on top.</summary>
    public string? Prices { get; init; }

    /// <summary>Column of the file.</summary>
    public string Zone { get; init; } = ZonalPrices.Sardinia;

    /// <summary>Network charges and levies on what is taken, µEUR/kWh, on top of an hourly price.</summary>
    public long MarkUpMicroEurPerKWh { get; init; } = ZonalPrices.DefaultMarkUp.MicroEurPerKWh;

    /// <param name="community">For its span: the periods that an hourly tariff is made for.</param>
    /// <exception cref="UserErrorException">There is no such tariff, or the price file is missing or cannot be used.</exception>
    public SupplierTariff Open(Community community)
    {
        try
        {
            return (Tariff ?? (Prices is null ? Single : Hourly), Prices) switch
            {
                (Single, _) => SupplierTariff.Flat(new Price(ImportMicroEurPerKWh), new Price(ExportMicroEurPerKWh)),
                (Bands, _) => TariffBands.Tariff(
                    new Price(F1MicroEurPerKWh), new Price(F2MicroEurPerKWh), new Price(F3MicroEurPerKWh), new Price(ExportMicroEurPerKWh), PeriodGrid.QuarterHour),
                (Hourly, { } file) => ZonalPrices.Read(file, Zone).Tariff(community.First, community.Length, new Price(MarkUpMicroEurPerKWh)),
                (Hourly, null) => throw new UserErrorException("An hourly tariff needs a file of prices: name it with --prices, or as supplier.prices in the home's configuration."),
                var (name, _) => throw new UserErrorException($"tariff \"{name}\": there is {Single}, {Bands} and {Hourly}."),
            };
        }
        catch (DatasetException error)
        {
            throw new UserErrorException(error.Message, error);
        }
    }
}
