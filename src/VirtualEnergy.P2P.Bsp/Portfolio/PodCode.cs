using System.Diagnostics.CodeAnalysis;

namespace VirtualEnergy.P2P.Bsp.Portfolio;

/// <summary>The code of a point of delivery: <c>IT</c>, the distributor's three digits, <c>E</c>, eight digits.</summary>
/// <remarks>
/// A ninth digit at the end is a check that many bills leave out. How it is computed was not found, so it is taken for no part of the
/// code: with or without it the point is the same.
/// </remarks>
public readonly record struct PodCode : IComparable<PodCode>
{
    private const int Length = 14;

    private readonly string? _code;

    private PodCode(string code) => _code = code;

    public string Value => _code ?? "";

    /// <summary>The three digits that name the distributor, 001 for e-distribuzione.</summary>
    public string Distributor => Value.Length == Length ? Value[2..5] : "";

    public static bool TryParse([NotNullWhen(true)] string? text, out PodCode code)
    {
        var isCode = text is { Length: Length or Length + 1 }
            && text.StartsWith("IT", StringComparison.Ordinal) && text[5] == 'E' && AreDigits(text.AsSpan(2, 3)) && AreDigits(text.AsSpan(6));
        code = isCode ? new PodCode(text![..Length]) : default;
        return isCode;
    }

    /// <exception cref="FormatException">Not such a code.</exception>
    public static PodCode Parse(string text) =>
        TryParse(text, out var code) ? code : throw new FormatException($"\"{text}\" is no POD code: IT, three digits, E, eight digits.");

    public int CompareTo(PodCode other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;

    private static bool AreDigits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}
