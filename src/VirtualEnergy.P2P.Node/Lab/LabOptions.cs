using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Lab;

/// <summary>What the user asked for, as it was written; <see cref="Open"/> says what is wrong with it.</summary>
public sealed record LabOptions
{
    /// <summary>Folder of household data; null generates homes.</summary>
    public string? Data { get; init; }

    /// <summary>Homes; null takes 20 generated ones, or every household of the data.</summary>
    public int? Homes { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>First local day, yyyy-mm-dd; null takes the data's first, or the generator's.</summary>
    public string? From { get; init; }

    /// <summary>Last local day, included; null takes the data's last, or a week of generated days.</summary>
    public string? To { get; init; }

    /// <summary>Names separated by commas; null takes all that there are.</summary>
    public string? Mechanisms { get; init; }

    public SupplierSource Supplier { get; init; } = new();

    /// <summary>Days of generated homes where <see cref="To"/> says nothing.</summary>
    public int GeneratedDays { get; init; } = 7;

    /// <exception cref="UserErrorException">Something cannot be; the message says what and what to do.</exception>
    public LabPlan Open()
    {
        ImmutableArray<MechanismKind> mechanisms = LabPlan.Parse(Mechanisms ?? string.Join(',', Market.Auctions.Mechanisms.Codes));
        if (Homes is < 1 or > Dataset.MostHomes)
        {
            throw new UserErrorException($"--homes {Homes}: 1 to {Dataset.MostHomes} can take part.");
        }

        var (from, to) = (Day("--from", From), Day("--to", To));
        if (Data is null)
        {
            from ??= GeneratedCommunity.DefaultFirstDay;
            to ??= from.Value.AddDays(GeneratedDays - 1);
            if (to.Value.DayNumber - from.Value.DayNumber is < 0 or > 365)
            {
                throw new UserErrorException($"--to {to:yyyy-MM-dd}: generated homes run for 1 to 366 days from --from {from:yyyy-MM-dd}.");
            }
        }

        var community = new HouseholdSource
        {
            Data = Data,
            Homes = Homes,
            Seed = Seed,
            FirstDay = from,
            Days = Data is null ? to!.Value.DayNumber - from!.Value.DayNumber + 1 : 1,
        }.Open();
        var span = LabSpan.Of(community, from, to);
        return new LabPlan(community, TariffOver(community, span), span, mechanisms, Seed);
    }

    // Only the days that are replayed need prices.
    private SupplierTariff TariffOver(Community community, LabSpan span) => Supplier.Open(community with { First = span.First, Length = span.Length });

    /// <summary>A day as the command line has it.</summary>
    internal static DateOnly? Day(string option, string? text) =>
        text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is > 1970 and < 9999 ? day
        : throw new UserErrorException($"{option} {text}: write a day as 2021-03-01.");
}
