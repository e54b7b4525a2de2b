using System.Globalization;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Auditing;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>
/// Rounds in files as <c>ve rounds save</c> or curl leave them: <c>1890000.json</c> for each period, <c>1890000.deviations.json</c> for what was metered of it,
/// <c>1890000.reservations.json</c> for what homes had promised to others, and the rules in
/// <c>market.json</c>.
/// </summary>
internal sealed class SavedRounds : IRoundSource
{
    public const string MarketFile = "market.json";

    private readonly string _market;
    private readonly string _folder;
    private readonly SortedDictionary<Period, string> _files = [];

    /// <param name="path">A file of one round, or a folder.</param>
    /// <param name="market">The file of the rules; else it stands beside the rounds.</param>
    /// <exception cref="UserErrorException">There is nothing of the kind.</exception>
    public SavedRounds(string path, string? market)
    {
        Name = path;
        _folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        _market = market ?? Path.Combine(_folder, MarketFile);
        if (_folder != path)
        {
            _files[Read(path).Period] = path;
            return;
        }

        foreach (var file in Directory.EnumerateFiles(path, "*.json"))
        {
            if (long.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var period))
            {
                _files[new Period(period)] = file;
            }
        }

        if (_files.Count == 0)
        {
            throw new UserErrorException($"{path}: has no rounds; their files are named by their periods, as 1890000.json. ve rounds save writes them.");
        }
    }

    public string Name { get; }

    public IReadOnlyCollection<Period> Periods => _files.Keys;

    public Task<MarketDescription> MarketAsync(CancellationToken cancellation) => Task.FromResult(
        WireFormat.TryReadMarket(Bytes(_market, WireFormat.MaxMarketBytes), out var market, out var error) ? market : throw new UserErrorException($"{_market}: {error}"));

    public Task<PublishedRound?> RoundAsync(Period period, CancellationToken cancellation)
    {
        if (!_files.TryGetValue(period, out var file))
        {
            return Task.FromResult<PublishedRound?>(null);
        }

        var round = Read(file);
        return round.Period == period ? Task.FromResult<PublishedRound?>(round) : throw new UserErrorException($"{file}: is of period {round.Period}, not of {period}.");
    }

    public Task<PublishedMetering?> MeteringAsync(Period period, CancellationToken cancellation)
    {
        var file = MeteringFile(_folder, period);
        return !File.Exists(file) ? Task.FromResult<PublishedMetering?>(null)
            : MeteringReader.TryRead(Bytes(file, WireFormat.MaxPublishedRoundBytes), period, out var metering, out var error) ? Task.FromResult<PublishedMetering?>(metering)
            : throw new UserErrorException($"{file}: {error}");
    }

    public Task<IReadOnlyCollection<ReservationEvidence>?> PromisesAsync(Period period, CancellationToken cancellation)
    {
        var file = PromisesFile(_folder, period);
        return !File.Exists(file) ? Task.FromResult<IReadOnlyCollection<ReservationEvidence>?>(null)
            : PromisesReader.TryRead(Bytes(file, PromisesReader.MostBytes), out var evidence, out var error) ? Task.FromResult<IReadOnlyCollection<ReservationEvidence>?>(evidence)
            : throw new UserErrorException($"{file}: {error}");
    }

    /// <summary>Where promises of a period are kept in a folder.</summary>
    public static string PromisesFile(string folder, Period period) => Path.Combine(folder, $"{period}.reservations.json");

    /// <summary>Where a metered period is kept in a folder.</summary>
    public static string MeteringFile(string folder, Period period) => Path.Combine(folder, $"{period}.deviations.json");

    private static PublishedRound Read(string path) =>
        WireFormat.TryReadPublishedRound(Bytes(path, WireFormat.MaxPublishedRoundBytes), out var round, out var error) ? round : throw new UserErrorException($"{path}: {error}");

    private static byte[] Bytes(string path, int most) => InputFile.Read(
        path, () => new FileInfo(path).Length <= most ? File.ReadAllBytes(path) : throw new UserErrorException($"{path}: has more than {most} bytes."));
}
