using System.Globalization;
using VirtualEnergy.P2P.BspGateway.Xml;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>
/// The codes of the ENTSO-E code lists that this gateway uses (version 91 of 2023-12-14); the lists have more, which are
/// refused by name. A test holds every one of ours against the lists.
/// </summary>
internal static class EsmpCodes
{
    public const string Up = "A01";
    public const string Down = "A02";
    public const string Yes = "A01";
    public const string No = "A02";

    /// <summary>By the name of the code list's type in the schemas.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Lists = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Message"] = ["A12", "A17", "A36", "A37", "A38", "A39", "A40", "A41", "A49", "A96", "B38", "B45"],
        ["Process"] = ["A01", "A02", "A06", "A16", "A18", "A27", "A28", "A29", "A30", "A34", "A40", "A41", "A46", "A47", "A51", "A52", "A56", "A58", "A60", "A61", "A67", "A68"],
        ["Role"] = ["A04", "A05", "A08", "A09", "A11", "A18", "A21", "A27", "A34", "A35", "A46", "A49", "A50", "A52", "A54", "A56"],
        ["Business"] = ["A19", "A20", "A46", "A85", "A95", "A96", "A97", "A98", "B74", "C40", "C41", "C42", "C43", "C44", "C45", "C46"],
        ["Status"] = ["A01", "A02", "A05", "A06", "A07", "A09", "A10", "A11", "A13", "A33", "A34", "A37", "A55", "A56", "A57", "A58", "A59", "A60", "A65", "A66", "A67", "A68", "A69", "A70", "A71", "A72"],
        ["Direction"] = [Up, Down],
        ["Indicator"] = [Yes, No],
        ["UnitOfMeasure"] = ["MAW", "KWT", "MWH", "KWH"],
        ["Currency"] = ["EUR"],
        ["Contract"] = ["A01", "A02", "A03", "A04", "A06", "A07", "A08", "A11", "A13"],
        ["MarketProduct"] = ["A01", "A02", "A03", "A04", "A05", "A06", "A07", "A11"],
        ["Curve"] = [EsmpCurve.FixedBlocks, EsmpCurve.VariableBlocks],
        ["Classification"] = ["A01", "A02"],
        ["ObjectAggregation"] = ["A01", "A02", "A03", "A06"],
        ["Quality"] = ["A01", "A02", "A03", "A04", "A05", "A06"],
        ["EnergyProduct"] = ["8716867000016", "8716867000030"],
        ["Asset"] = ["A04", "A05", "B01", "B11", "B15", "B16", "B19", "B20", "B25", "B26", "B28", "B31", "B55", "B57"],
    };

    /// <summary>How these documents are written, and what their texts must be.</summary>
    public static readonly XmlDialect Dialect = new(
        ValuesAreAttributes: false,
        Lists.ToDictionary(list => list.Key, list => Listed(list.Key, list.Value), StringComparer.Ordinal)
            .Append(new("Id", text => text.Length is > 0 and <= 60 && !text.Any(char.IsControl) && text.Trim().Length == text.Length ? null : "An identification has 1 to 60 characters, no spaces around it."))
            .Append(new("Reason", text => text.Length == 3 && text.All(char.IsAsciiLetterOrDigit) ? null : "A reason code has three characters."))
            .ToDictionary(rule => rule.Key, rule => rule.Value, StringComparer.Ordinal),
        new Dictionary<string, Func<CodedId, string?>>(StringComparer.Ordinal)
        {
            ["Party"] = EnergyIdentifier.WrongParty,
            ["Area"] = EnergyIdentifier.WrongArea,
            ["Resource"] = EnergyIdentifier.WrongResource,
            ["Point"] = EnergyIdentifier.WrongPoint,
        });

    private static Func<string, string?> Listed(string name, string[] codes)
    {
        var known = codes.ToHashSet(StringComparer.Ordinal);
        return code => known.Contains(code) ? null : string.Create(CultureInfo.InvariantCulture, $"Not one of the {name} codes that are used here: {string.Join(", ", codes)}.");
    }
}
