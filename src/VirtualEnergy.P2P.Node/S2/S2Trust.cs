using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>Which certificates a device at home trusts: those of the public authorities, and the one whose fingerprint came with pairing.</summary>
/// <param name="Sha256Fingerprint">Hexadecimal, of the peer's certificate or of one that signed it; null for public authorities alone.</param>
public sealed record S2Trust(string? Sha256Fingerprint = null)
{
    public bool Trusts(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        if (Sha256Fingerprint is null || certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return false;
        }

        // With a pinned certificate neither its name nor its issuer matter: home devices have addresses, not names.
        return Matches(certificate) || (chain?.ChainElements.Any(element => Matches(element.Certificate)) ?? false);
    }

    private bool Matches(X509Certificate certificate) => CryptographicOperations.FixedTimeEquals(
        System.Text.Encoding.ASCII.GetBytes(certificate.GetCertHashString(HashAlgorithmName.SHA256)),
        System.Text.Encoding.ASCII.GetBytes(Sha256Fingerprint!.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant()));
}
