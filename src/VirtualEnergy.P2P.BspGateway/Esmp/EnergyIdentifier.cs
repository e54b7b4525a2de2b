using VirtualEnergy.P2P.BspGateway.Xml;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>Identifiers of parties, areas and resources: EIC codes, GS1 numbers and national codes, with their check characters.</summary>
public static class EnergyIdentifier
{
    /// <summary>The coding scheme of EIC codes.</summary>
    public const string EicScheme = "A01";

    /// <summary>The coding scheme of GS1 numbers.</summary>
    public const string Gs1Scheme = "A10";

    private const string EicAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-";

    /// <summary>National schemes of the code list that are taken for areas and resources.</summary>
    private static readonly HashSet<string> National =
        ["NAT", "NBE", "NBG", "NCH", "NCZ", "NDE", "NDK", "NEE", "NES", "NFI", "NFR", "NGR", "NHR", "NHU", "NIE", "NIT", "NLT", "NLU", "NLV", "NNL", "NNO", "NPL", "NPT", "NRO", "NSE", "NSI", "NSK"];

    /// <summary>A party of this EIC code.</summary>
    /// <exception cref="ArgumentException">It is no EIC code.</exception>
    public static CodedId Eic(string code) => IsEic(code) ? new CodedId(code, EicScheme) : throw new ArgumentException($"\"{code}\" is no EIC code: 16 characters, the last of which checks the others.", nameof(code));

    /// <summary>
    /// True for 16 characters of A–Z, 0–9 and hyphen, where the last checks the other fifteen. Source: ENTSO-E, EIC reference
    /// manual: values 0–36, weights 16 to 2, check = 36 − ((Σ − 1) mod 37), and a check of hyphen is not given out.
    /// </summary>
    public static bool IsEic(string code) => code.Length == 16 && CheckCharacter(code.AsSpan(0, 15)) is { } check && check == code[15] && check != '-';

    /// <summary>True for a GS1 number of 13 or 18 digits: weights 3 and 1 from the right, the sum with the check a multiple of ten.</summary>
    public static bool IsGs1(string code)
    {
        if (code.Length is not (13 or 18) || !code.All(char.IsAsciiDigit))
        {
            return false;
        }

        var sum = 0;
        for (var fromRight = 0; fromRight < code.Length; fromRight++)
        {
            sum += (code[code.Length - 1 - fromRight] - '0') * (fromRight % 2 == 0 ? 1 : 3);
        }

        return sum % 10 == 0;
    }

    /// <summary>The character that completes the first fifteen of an EIC code, or null where one of them is none of its alphabet.</summary>
    public static char? CheckCharacter(ReadOnlySpan<char> first)
    {
        var sum = 0;
        for (var at = 0; at < first.Length; at++)
        {
            var value = EicAlphabet.IndexOf(first[at], StringComparison.Ordinal);
            if (value < 0)
            {
                return null;
            }

            sum += (16 - at) * value;
        }

        return EicAlphabet[36 - ((sum + 36) % 37)];
    }

    internal static string? WrongParty(CodedId id) => id.Scheme switch
    {
        _ when id.Value.Length > 16 => $"A party's identifier has at most 16 characters, not {id.Value.Length}.",
        EicScheme => IsEic(id.Value) ? null : "No EIC code: 16 characters, the last of which checks the others.",
        Gs1Scheme => IsGs1(id.Value) ? null : "No GS1 number: 13 digits, the last of which checks the others.",
        _ => "The coding scheme of a party is A01 (EIC) or A10 (GS1).",
    };

    internal static string? WrongArea(CodedId id) => Wrong(id, 18, "an area");

    internal static string? WrongResource(CodedId id) => Wrong(id, 60, "a resource");

    internal static string? WrongPoint(CodedId id) => Wrong(id, 60, "a metering point");

    private static string? Wrong(CodedId id, int most, string what) => id.Scheme switch
    {
        EicScheme => IsEic(id.Value) ? null : "No EIC code: 16 characters, the last of which checks the others.",
        Gs1Scheme => IsGs1(id.Value) ? null : "No GS1 number: 13 or 18 digits, the last of which checks the others.",
        var scheme when !National.Contains(scheme) => "The coding scheme is A01 (EIC), A10 (GS1) or a country's.",
        _ when id.Value.Length is 0 || id.Value.Length > most || !id.Value.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.') => $"The identifier of {what} has 1 to {most} letters, digits, hyphens, dots and underscores.",
        _ => null,
    };
}
