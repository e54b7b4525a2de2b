using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway.Coordination;
using VirtualEnergy.P2P.BspGateway.OpenAdr;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;
using VirtualEnergy.P2P.BspGateway.Uftp;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>Reads <see cref="PartiesOptions"/>: the keys <c>Parties</c>, <c>Coordination</c>, <c>Vetoes</c>, <c>OpenAdr</c> and <c>Uftp</c> below <c>Bsp</c>.</summary>
internal static class PartiesConfiguration
{
    /// <exception cref="GatewayStartException">A value is missing or cannot be; the message names its key.</exception>
    public static PartiesOptions Read(GatewayKeys section, PeriodGrid grid)
    {
        var (parties, defaults) = (section.Section("Parties"), new PartiesOptions());
        return new PartiesOptions
        {
            Url = parties.TextOrNull("Url") ?? defaults.Url,
            Certificate = ReadCertificate(parties),
            Coordination = section.TextOrNull("Coordination") is not { } scheme ? defaults.Coordination
                : CoordinationRules.TryRead(scheme, out var rules) ? rules
                : throw section.Fault("Coordination", $"is '{scheme}'; it must be {CoordinationText.Choices}"),
            Vetoes = [.. section.List("Vetoes").Select(veto => ReadVeto(veto, grid))],
            OpenAdr = ReadOpenAdr(section.Section("OpenAdr")),
            Uftp = UftpConfiguration.Read(section.Section("Uftp")),
        };
    }

    private static X509Certificate2? ReadCertificate(GatewayKeys parties)
    {
        if (parties.TextOrNull("Certificate") is not { } certificate)
        {
            return null;
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, parties.TextOrNull("Key"));
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw parties.Fault("Certificate", $"cannot be used: {failure.Message}", failure);
        }
    }

    private static GridVeto ReadVeto(GatewayKeys veto, PeriodGrid grid)
    {
        DateTimeOffset At(string key) => DateTimeOffset.TryParse(veto.Text(key), CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) && veto.Text(key).Contains('T', StringComparison.Ordinal)
            ? at : throw veto.Fault(key, $"is '{veto.Text(key)}'; it must be a time with its offset like 2026-07-01T18:00:00+02:00");
        var (from, until) = (grid.At(At("From")), grid.At(At("Until").AddTicks(-1)).Next);
        return from >= until ? throw veto.Fault("Until", "must come after From") : new GridVeto(
            veto.Parsed("Pod", "IT, three digits, E and eight digits", text => (object)PodCode.Parse(text)) is PodCode pod ? pod : throw veto.Fault("Pod", "is missing"),
            veto.TextOrNull("Direction") switch
            {
                null => null,
                "up" => RegulationDirection.Up,
                "down" => RegulationDirection.Down,
                var other => throw veto.Fault("Direction", $"is '{other}'; it must be up or down, or left out for both"),
            },
            from, until, veto.Whole("MostWatts", 0, 10_000_000) ?? 0, veto.TextOrNull("Reason") ?? "");
    }

    private static OpenAdrOptions? ReadOpenAdr(GatewayKeys section)
    {
        var clients = section.List("Clients").Select(ReadClient).ToImmutableArray();
        if (clients.IsEmpty)
        {
            return section.TextOrNull("Path") is null ? null : throw section.Fault("Clients", "is empty: a VTN without clients serves nobody");
        }

        if (clients.Select(client => client.Client.ClientId).GroupBy(id => id).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw section.Fault("Clients", $"has {twice.Key} twice");
        }

        var path = section.TextOrNull("Path") ?? "/openadr3";
        return path.Length is >= 2 and <= 64 && path[0] == '/' && path[^1] != '/' && path.All(character => char.IsAsciiLetterOrDigit(character) || character is '/' or '-' or '_' or '.')
            ? new OpenAdrOptions(path, clients, [.. section.List("CallbackHosts").Select(host => host.Text(""))])
            : throw section.Fault("Path", $"is '{path}'; it must be like /openadr3");
    }

    private static VtnCredential ReadClient(GatewayKeys client)
    {
        var id = client.Text("Id");
        var hash = client.Parsed("SecretSha256", "64 hexadecimal digits: the SHA-256 of the client's secret", Convert.FromHexString);
        return id.Length > 128 ? throw client.Fault("Id", "must have at most 128 characters") : new VtnCredential(
            new VtnClient(id, client.TextOrNull("Kind") switch
            {
                null or "ven" => false,
                "business" => true,
                var other => throw client.Fault("Kind", $"is '{other}'; it must be ven or business"),
            }),
            hash is { Length: SHA256.HashSizeInBytes } ? [.. hash] : throw client.Fault("SecretSha256", "is missing; it must be 64 hexadecimal digits: the SHA-256 of the client's secret"));
    }
}
