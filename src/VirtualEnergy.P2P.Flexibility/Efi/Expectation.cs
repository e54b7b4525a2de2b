namespace VirtualEnergy.P2P.Flexibility.Efi;

/// <summary>A value as it is known, or as it is expected with the bands in which it lies with a probability of 68 % and 95 %.</summary>
/// <remarks>Invariant: lower 95 ≤ lower 68 ≤ expected ≤ upper 68 ≤ upper 95.</remarks>
public readonly record struct Expectation
{
    private Expectation(FiniteNumber lower95, FiniteNumber lower68, FiniteNumber expected, FiniteNumber upper68, FiniteNumber upper95, bool hasBands)
    {
        Lower95 = lower95;
        Lower68 = lower68;
        Expected = expected;
        Upper68 = upper68;
        Upper95 = upper95;
        HasBands = hasBands;
    }

    public FiniteNumber Lower95 { get; }

    public FiniteNumber Lower68 { get; }

    public FiniteNumber Expected { get; }

    public FiniteNumber Upper68 { get; }

    public FiniteNumber Upper95 { get; }

    /// <summary>False where the value was told without bands; all five are then the same.</summary>
    public bool HasBands { get; }

    public static Expectation Certain(FiniteNumber value) => new(value, value, value, value, value, false);

    /// <exception cref="ArgumentException">A wider band does not contain the narrower.</exception>
    public static Expectation Within(FiniteNumber lower95, FiniteNumber lower68, FiniteNumber expected, FiniteNumber upper68, FiniteNumber upper95) =>
        lower95 <= lower68 && lower68 <= expected && expected <= upper68 && upper68 <= upper95
            ? new Expectation(lower95, lower68, expected, upper68, upper95, true)
            : throw new ArgumentException($"The bands {lower95}, {lower68}, {expected}, {upper68}, {upper95} do not contain each other.", nameof(expected));
}
