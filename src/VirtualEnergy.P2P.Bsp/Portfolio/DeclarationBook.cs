using System.Globalization;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Portfolio;

/// <summary>The technical declarations of all units. One that comes too late, too long or out of order has no effect.</summary>
/// <remarks>Knows no clock: a host that kept what it handed in, with the times, has the same book again by handing it in again.</remarks>
public sealed class DeclarationBook(MarketProfile profile)
{
    // A year of changes every quarter of an hour would be 35,040; the oldest that are over can be forgotten.
    private const int MostOfAUnit = 4096;

    private readonly Dictionary<UnitId, List<TechnicalDeclaration>> _byUnit = [];

    /// <param name="declaration">What is declared.</param>
    /// <param name="now">When it came.</param>
    /// <returns>Null if it holds from now on; otherwise why not.</returns>
    public Objection? Take(TechnicalDeclaration declaration, DateTimeOffset now)
    {
        if (declaration.Minimum > declaration.Maximum)
        {
            return new("bounds-crossed", "The least power is above the highest.");
        }

        if (declaration.From >= declaration.Until)
        {
            return new("empty-validity", "It holds for no period: the end must be after the beginning.");
        }

        // Compared as periods, which no far-off number can overflow.
        var earliest = profile.Grid.At(now.AddSeconds(profile.DeclarationLeadSeconds).AddTicks(-1)).Next;
        if (declaration.From < earliest)
        {
            return new("declaration-late", string.Create(CultureInfo.InvariantCulture, $"It must come {profile.DeclarationLeadSeconds} s before it holds, so from period {earliest} on at the earliest."));
        }

        if ((Int128)declaration.Until.Index - declaration.From.Index > profile.DeclarationLongestSeconds / profile.Grid.LengthSeconds)
        {
            return new("validity-too-long", string.Create(CultureInfo.InvariantCulture, $"One declaration holds for {profile.DeclarationLongestSeconds} s at most."));
        }

        var declared = _byUnit.TryGetValue(declaration.Unit, out var list) ? list : _byUnit[declaration.Unit] = [];
        if (declared.Count > 0 && declaration.Number <= declared[^1].Number)
        {
            return new("stale-number", string.Create(CultureInfo.InvariantCulture, $"The number must be above {declared[^1].Number}."));
        }

        if (declared.Count >= MostOfAUnit)
        {
            declared.RemoveAll(old => old.Until <= profile.Grid.At(now) && old != declared[^1]);
            if (declared.Count >= MostOfAUnit)
            {
                return new("too-many-declarations", string.Create(CultureInfo.InvariantCulture, $"{MostOfAUnit} declarations of the unit still hold or are to come."));
            }
        }

        declared.Add(declaration);
        return null;
    }

    /// <summary>The declaration that counts in a period; null where none holds, and then nothing may be offered.</summary>
    public TechnicalDeclaration? Find(UnitId unit, Period period) => _byUnit.TryGetValue(unit, out var declared)
        ? declared.FindLast(declaration => declaration.From <= period && period < declaration.Until)
        : null;
}
