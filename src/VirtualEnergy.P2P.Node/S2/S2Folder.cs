using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node.S2.Connect;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>What an energy manager keeps between runs: its id, its certificate and the devices that are paired, in a folder of its own.</summary>
/// <remarks>
/// The certificate is made at the first start and signs itself: in a home nobody else can vouch for a manager, and pairing makes sure that a device
/// trusts the right one. It and its key are in a file that only its owner can read.
/// </remarks>
public sealed class S2Folder : IDisposable
{
    /// <summary>The devices that are paired.</summary>
    internal const string PairedFile = "paired.json";

    private const int CertificateYears = 10;

    private S2Folder(string path, Guid id, X509Certificate2 certificate, PairedNodes paired)
    {
        Path = path;
        Certificate = certificate;
        Paired = paired;
        Self = new NodeDescription(id, "VirtualEnergy P2P", "energy manager", "ve", EnergyManagementRole.Cem);
    }

    public string Path { get; }

    public NodeDescription Self { get; }

    public X509Certificate2 Certificate { get; }

    public PairedNodes Paired { get; }

    /// <summary>SHA-256 of the certificate, hexadecimal.</summary>
    public string Fingerprint => Certificate.GetCertHashString(HashAlgorithmName.SHA256);

    /// <summary>Opens the folder, and fills it at the first start.</summary>
    /// <param name="random">Gives the manager its id at the first start.</param>
    /// <exception cref="UserErrorException">It cannot be read or written.</exception>
    public static S2Folder Open(string path, TimeProvider time, RandomNumberGenerator random)
    {
        try
        {
            Directory.CreateDirectory(path);
            var certificate = Certificates(System.IO.Path.Combine(path, "certificate.pfx"), time);
            var id = System.IO.Path.Combine(path, "id");
            if (!File.Exists(id))
            {
                File.WriteAllText(id, Uuid.From(random).ToString());
            }

            return Guid.TryParse(File.ReadAllText(id).Trim(), out var known)
                ? new S2Folder(path, known, certificate, PairedNodes.Open(System.IO.Path.Combine(path, PairedFile)))
                : throw new UserErrorException($"{id}: not the id of an energy manager; remove the folder and pair the devices anew.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UserErrorException($"{path}: {fault.Message}");
        }
    }

    /// <summary>The manager's side of pairing, with what this folder keeps.</summary>
    /// <param name="random">Makes its codes, challenges and tokens.</param>
    public ConnectDesk Desk(S2Doors doors, TimeProvider time, RandomNumberGenerator random) => new(Self, Certificate.GetCertHash(HashAlgorithmName.SHA256), Paired, doors, time, random);

    public void Dispose() => Certificate.Dispose();

    private static X509Certificate2 Certificates(string path, TimeProvider time)
    {
        if (!File.Exists(path))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=VirtualEnergy P2P energy manager", key, HashAlgorithmName.SHA256);
            using var made = request.CreateSelfSigned(time.GetUtcNow().AddDays(-1), time.GetUtcNow().AddYears(CertificateYears));
            PrivateFile.Write(path, stream => stream.Write(made.Export(X509ContentType.Pfx)));
        }

        return X509CertificateLoader.LoadPkcs12FromFile(path, null);
    }
}
