using System.Diagnostics.CodeAnalysis;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>What one side of a pairing shows and a person types in at the other: the token, after a short name and a dash where an endpoint has several nodes.</summary>
/// <remarks>Source: S2 Connect 1.0.0, the pairing code.</remarks>
/// <param name="Alias">Letters and digits; null where the endpoint has one node only.</param>
public sealed record PairingCode(string? Alias, PairingToken Token)
{
    /// <exception cref="UserErrorException">It is none.</exception>
    public static PairingCode Parse(string text) => TryParse(text, out var code) ? code
        : throw new UserErrorException("A pairing code has twelve or more letters, digits, + and /, capitals apart from small letters, perhaps after a short name and a dash: type it as it is shown.");

    public static bool TryParse(string text, [NotNullWhen(true)] out PairingCode? code)
    {
        // Base64 has no dash.
        var trimmed = text.Trim();
        var dash = trimmed.IndexOf('-', StringComparison.Ordinal);
        var alias = dash < 0 ? null : trimmed[..dash];
        code = (alias is null || (alias.Length is > 0 and <= 64 && alias.All(char.IsAsciiLetterOrDigit))) && PairingToken.TryParse(trimmed[(dash + 1)..], out var token)
            ? new PairingCode(alias, token)
            : null;
        return code is not null;
    }
}
