using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace VirtualEnergy.P2P.Iec104.Transport;

/// <summary>TLS in the style of IEC 62351-3: both ends show certificates, TLS 1.2 or 1.3, no renegotiation, forward secrecy, authenticated encryption.</summary>
/// <remarks>"In the style of", because of the standard only its scope was read, as the IEC's catalogue prints it.</remarks>
public sealed record TlsOptions
{
    // TLS 1.2 with ephemeral keys and AEAD; what 1.3 has is all of that kind.
    private static readonly TlsCipherSuite[] Suites =
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ];

    /// <summary>This end's certificate with its private key.</summary>
    public required X509Certificate2 Certificate { get; init; }

    /// <summary>Who may vouch for the other end; the machine's own list of authorities does not count.</summary>
    public required X509Certificate2Collection Authorities { get; init; }

    /// <summary>Which of the certificates that the authorities vouch for are taken; all when it is not set.</summary>
    public Func<X509Certificate2, bool>? Accepts { get; init; }

    /// <summary>Whether revoked certificates are looked up.</summary>
    public X509RevocationMode Revocation { get; init; } = X509RevocationMode.NoCheck;

    internal SslServerAuthenticationOptions ForServer() => new()
    {
        ServerCertificate = Certificate,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
        CertificateChainPolicy = Policy("1.3.6.1.5.5.7.3.2"),
        RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsTaken(certificate, errors),
        CipherSuitesPolicy = SuitesPolicy(),
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
    };

    internal SslClientAuthenticationOptions ForClient(string host) => new()
    {
        TargetHost = host,
        ClientCertificates = [Certificate],
        LocalCertificateSelectionCallback = (_, _, _, _, _) => Certificate,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
        CertificateChainPolicy = Policy("1.3.6.1.5.5.7.3.1"),
        RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsTaken(certificate, errors),
        CipherSuitesPolicy = SuitesPolicy(),
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
    };

    private bool IsTaken(X509Certificate? certificate, SslPolicyErrors errors) =>
        errors == SslPolicyErrors.None && certificate is X509Certificate2 shown && Accepts?.Invoke(shown) != false;

    private X509ChainPolicy Policy(string usage)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = Revocation, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(Authorities);
        policy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(usage));
        return policy;
    }

    // Windows takes its suites from the machine's policy and knows no other.
    private static CipherSuitesPolicy? SuitesPolicy() => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() ? new CipherSuitesPolicy(Suites) : null;
}
