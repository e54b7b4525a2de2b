namespace VirtualEnergy.P2P.Bsp.Profiles;

/// <summary>How well a figure of a profile is known.</summary>
public enum SourceBasis
{
    /// <summary>The rule's own text was read.</summary>
    Text,

    /// <summary>A page about the rule was read, not the rule.</summary>
    Secondary,

    /// <summary>The figure is said to stand in a text that was not read.</summary>
    Unread,

    /// <summary>No rule says it; a choice of this project.</summary>
    Ours,
}

/// <summary>Where a figure of a profile comes from.</summary>
/// <param name="Figure">The figure's place in the profile, as <c>minimumSize</c> or <c>gates[0]</c>.</param>
/// <param name="Source">The text, its article or address.</param>
/// <param name="Date">The date of that text, or of this project's choice.</param>
/// <param name="Basis">How well it is known.</param>
public sealed record FigureSource(string Figure, string Source, DateOnly Date, SourceBasis Basis);
