namespace VirtualEnergy.P2P.Bsp.Profiles;

/// <summary>One reason why something is not taken or not enabled: a code for machines, a line for people.</summary>
/// <param name="Code">Lower-case words with hyphens; stable from version to version.</param>
/// <param name="Words">What is wrong, with the figures, and what would be right.</param>
public readonly record struct Objection(string Code, string Words)
{
    public override string ToString() => $"{Code}: {Words}";
}
