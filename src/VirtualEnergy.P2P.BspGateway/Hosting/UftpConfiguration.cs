using System.Collections.Immutable;
using VirtualEnergy.P2P.BspGateway.Uftp;

namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>Reads <see cref="UftpOptions"/> from the section <c>Bsp:Uftp</c>; docs/uftp.md lists its keys.</summary>
internal static class UftpConfiguration
{
    private const int MostKeyBytes = 256;

    /// <returns>Null where the section has no domain.</returns>
    /// <exception cref="GatewayStartException">A value is missing or cannot be; the message names its key.</exception>
    public static UftpOptions? Read(GatewayKeys section)
    {
        if (section.TextOrNull("Domain") is not { } domain)
        {
            return null;
        }

        if (!UftpCodec.IsDomain(domain))
        {
            throw section.Fault("Domain", $"is '{domain}'; it must be a domain in small letters like agr.example.org");
        }

        return new UftpOptions(
            domain, ReadKey(section), [.. section.List("Participants").Select(ReadParticipant)], [.. section.List("Points").Select(ReadPoint)], [.. section.List("Competitions").Select(ReadCompetition)])
        {
            ToleranceWatts = section.Whole("ToleranceWatts", 0, 1_000_000_000) ?? 1_000,
        };
    }

    // 32 bytes in base 64: the seed. The file is its owner's alone; no message repeats it.
    private static ImmutableArray<byte> ReadKey(GatewayKeys section)
    {
        var file = section.Text("KeyFile");
        try
        {
            var text = new FileInfo(file).Length <= MostKeyBytes ? File.ReadAllText(file).Trim() : "";
            var seed = new byte[MostKeyBytes];
            return Convert.TryFromBase64String(text, seed, out var length) && length == 32 ? [.. seed[..32]]
                : throw section.Fault("KeyFile", $"names {file}, which must hold 32 random bytes in base 64: 'uftp key' makes one");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw section.Fault("KeyFile", $"cannot be read: {failure.Message}", failure);
        }
    }

    private static UftpParticipant ReadParticipant(GatewayKeys participant)
    {
        var (domain, key) = (participant.Text("Domain"), participant.Text("PublicKey"));
        return !UftpCodec.IsDomain(domain) ? throw participant.Fault("Domain", $"is '{domain}'; it must be a domain in small letters like dso.example.org")
            : !SealedMessage.TryReadKey(key, out _) ? throw participant.Fault("PublicKey", "must be cs1. and an Ed25519 key in base 64, as the other side gives it")
            : new UftpParticipant(
                domain, UftpRole.DSO, key,
                participant.TextOrNull("Endpoint") is not { } endpoint ? null
                    : Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
                    : throw participant.Fault("Endpoint", $"is '{endpoint}'; it must be an address like https://dso.example.org{UftpEndpoints.Path}"),
                participant.Flag("Barred"));
    }

    private static CongestionPointOptions ReadPoint(GatewayKeys point)
    {
        var (address, meter) = (point.Text("Address"), point.TextOrNull("Meter"));
        return !UftpCodec.IsEntityAddress(address) ? throw point.Fault("Address", $"is '{address}'; it must be like ean.871685900012636543")
            : meter is not null && !UftpCodec.IsMeter(meter) ? throw point.Fault("Meter", $"is '{meter}'; it must be E and 16 digits")
            : new CongestionPointOptions(address, point.Text("Unit"), point.Text("Operator"), meter);
    }

    private static AwardedCompetition ReadCompetition(GatewayKeys competition)
    {
        var (file, awards) = (competition.Text("File"), competition.Text("Awards"));
        try
        {
            return CompetitionFile.ReadCompetition(CompetitionFile.Load(file), out var problem) is not { } read ? throw competition.Fault("File", $"names {file}: {problem.TrimEnd('.')}")
                : CompetitionFile.ReadBids(CompetitionFile.Load(awards), read, out problem) is not { } bids ? throw competition.Fault("Awards", $"names {awards}: {problem.TrimEnd('.')}")
                : new AwardedCompetition(read, bids);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw competition.Fault("File", $"or its Awards cannot be read: {failure.Message.TrimEnd('.')}", failure);
        }
    }
}
