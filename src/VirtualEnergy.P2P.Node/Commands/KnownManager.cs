using VirtualEnergy.P2P.Node.S2;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary>A manager of S2 devices that knows no pairing, as its owner names it: where its sessions are, the token that it wants, the certificate that it has.</summary>
internal static class KnownManager
{
    private const int FingerprintDigits = 64;

    /// <param name="address">ws:// on this machine, else wss://.</param>
    /// <param name="tokenFile">File whose first line is the bearer token; null where the manager asks for none.</param>
    /// <param name="fingerprint">SHA-256 of its certificate, hexadecimal, with colons or without; null for the public authorities alone.</param>
    /// <exception cref="UserErrorException">One of them cannot be.</exception>
    public static S2ManagerAddress Of(string address, string? tokenFile, string? fingerprint)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var at) || !(at.Scheme == Uri.UriSchemeWss || (at.Scheme == Uri.UriSchemeWs && at.IsLoopback)))
        {
            throw new UserErrorException($"--manager {address}: write the address of its sessions, as wss://192.168.1.5:8443/s2; ws:// only on this machine, as others could read the token.");
        }

        var digits = fingerprint?.Replace(":", "", StringComparison.Ordinal);
        if (digits is not null && !(digits.Length == FingerprintDigits && digits.All(char.IsAsciiHexDigit)))
        {
            throw new UserErrorException($"--fingerprint: SHA-256 of the manager's certificate, {FingerprintDigits} hexadecimal digits.");
        }

        return new S2ManagerAddress(at, tokenFile is null ? null : TokenFile.Read("--token", tokenFile), new S2Trust(digits));
    }
}
