using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Images;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Messaging;

/// <summary>
/// An image of nothing but this machine's own Mosquitto, the libraries it needs, and the configuration of docs/mosquitto. So no
/// image has to be downloaded. Built once for a class of tests and removed after it.
/// </summary>
public sealed partial class MosquittoImage : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"];

    private readonly DirectoryInfo _context = Directory.CreateTempSubdirectory("mosquitto-image-");
    private IFutureDockerImage? _image;

    /// <summary>Why there is no image; null when there is one.</summary>
    public string? MissingBecause { get; private set; }

    public IImage Image => _image!;

    public async ValueTask InitializeAsync()
    {
        var binary = Array.Find(Places, File.Exists);
        var engine = Output("docker", "version --format {{.Server.APIVersion}}");
        MissingBecause = !OperatingSystem.IsLinux() || binary is null ? "Mosquitto is not installed on this machine (Debian: apt install mosquitto)."
            : engine is null ? "No container engine answers to 'docker version'."
            : null;
        if (MissingBecause is not null)
        {
            return;
        }

        Configure(engine!.Trim());
        Assemble(binary!);
        _image = new ImageFromDockerfileBuilder().WithLogger(NullLogger.Instance).WithDockerfileDirectory(_context.FullName).WithDockerfile("Dockerfile").Build();
        await _image.CreateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_image is not null)
        {
            await _image.DeleteAsync();
        }

        _context.Delete(recursive: true);
    }

    // Testcontainers asks for a newer API than an older engine has, and its reaper is an image that would be downloaded.
    private static void Configure(string engineApiVersion)
    {
        SetIfUnset("DOCKER_API_VERSION", engineApiVersion);
        SetIfUnset("TESTCONTAINERS_RYUK_DISABLED", "true");
        if (Environment.GetEnvironmentVariable("DOCKER_HOST") is null)
        {
            SetIfUnset("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1");
        }
    }

    private static void SetIfUnset(string name, string value) =>
        Environment.SetEnvironmentVariable(name, Environment.GetEnvironmentVariable(name) ?? value);

    private void Assemble(string binary)
    {
        var libraries = Output("ldd", binary) ?? throw new InvalidOperationException("ldd does not tell Mosquitto's libraries.");
        foreach (Match library in AbsolutePath().Matches(libraries))
        {
            Add(library.Value.Trim(), File.ReadAllBytes(library.Value.Trim()));
        }

        Add("/mosquitto/mosquitto", File.ReadAllBytes(binary));
        Add("/mosquitto/acl", File.ReadAllBytes(Path.Combine(RepositoryFiles.Root, "docs/mosquitto/acl")));
        Add("/mosquitto/passwords", Encoding.UTF8.GetBytes(string.Concat(
            CurveRoles.CurveRolesTestBase.Matchers.Append(ITestBroker.ExchangeUser).Select(user => PasswordLine(user, ITestBroker.ExchangePassword)))));
        // There are no accounts in this image to give up root for.
        Add("/mosquitto/mosquitto.conf", Encoding.UTF8.GetBytes(
            "user root\n" + File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs/mosquitto/mosquitto.conf"))));
        File.WriteAllText(
            Path.Combine(_context.FullName, "Dockerfile"),
            "FROM scratch\nCOPY root/ /\nENTRYPOINT [\"/mosquitto/mosquitto\", \"-c\", \"/mosquitto/mosquitto.conf\"]\n");
    }

    private void Add(string path, byte[] content)
    {
        var target = Path.Combine(_context.FullName, "root" + path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.WriteAllBytes(target, content);
        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        }
    }

    // The form that mosquitto_passwd writes: PBKDF2 with SHA-512.
    internal static string PasswordLine(string user, string password)
    {
        const int Iterations = 1_000;
        var salt = Encoding.ASCII.GetBytes("twelve bytes");
        var hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, HashAlgorithmName.SHA512, 64);
        return string.Create(CultureInfo.InvariantCulture, $"{user}:$7${Iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}\n");
    }

    private static string? Output(string program, string arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 && output.Trim().Length > 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    [GeneratedRegex(@"(?<=\s)/\S+(?= \(0x)")]
    private static partial Regex AbsolutePath();
}
