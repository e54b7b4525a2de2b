using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Commands;
using VirtualEnergy.P2P.Node.Households;
using VirtualEnergy.P2P.Node.Watching;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>
/// A node's configuration file, <c>home.json</c>. Paths are relative to the file. Comments and trailing commas are allowed;
/// an unknown property is an error, since it is most often a misspelt one.
/// </summary>
public sealed record HomeConfig
{
    private const long MaxBytes = 1 << 20;

    // In quarters of an hour: a year ahead, two days beyond the data, and no calendar that begins more than ten years ago.
    private const int CalendarAhead = 366 * 96;
    private const int CalendarBeyond = 2 * 96;
    private const long LongestCalendar = 3_660 * 96;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <summary>Where the market's broker is: <c>mqtt://host:1883</c> or <c>mqtts://host:8883</c>.</summary>
    public required string Broker { get; init; }

    /// <summary>The community's name; left out, the node joins the one market that the broker serves.</summary>
    public string? Community { get; init; }

    /// <summary>Keystore file of the member's key. Left out, the key is taken from the environment (VE_KEY).</summary>
    public string? Wallet { get; init; }

    /// <summary>File whose first line is the wallet's password. Left out, it is taken from VE_PASSWORD or asked for.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>JSON-RPC address of an Ethereum node that the member trusts: for <c>ve funds</c>, and with contract and exchange to audit every round.</summary>
    public string? Rpc { get; init; }

    /// <summary>The community's EnergySettlement contract: the member's own word for where her money is, not the broker's.</summary>
    public string? Contract { get; init; }

    /// <summary>Keystore file of the meter's key, where readings are signed with another than the member's.</summary>
    public string? MeterWallet { get; init; }

    /// <summary>File whose first line is that wallet's password.</summary>
    public string? MeterPasswordFile { get; init; }

    /// <summary>Where the exchange publishes rounds, as <c>http://host:8080</c>.</summary>
    public string? Exchange { get; init; }

    /// <summary>File in which the receipts of the node's bids are kept, and beside it (<c>.readings</c>) those of its meter's readings; left out, they are forgotten at a restart.</summary>
    public string? Receipts { get; init; }

    public required HouseholdSource Household { get; init; }

    public SupplierSource Supplier { get; init; } = new();

    /// <summary>What the home pays more for energy of an origin it prefers; left out, energy is energy.</summary>
    public PreferenceSource? Preferences { get; init; }

    /// <summary>Whether the exchange is told what the home plans, so that all expect better prices (docs/planner.md); left out, it is, and a member who does not want that says false.</summary>
    public bool TellsPlan { get; init; } = true;

    /// <summary>Whether the member's page says when to start what (docs/forecasting.md); left out, only <c>ve suggest</c> does.</summary>
    public bool TellsSuggestions { get; init; }

    /// <summary>Whose orders the home obeys beside the local market, and on what terms; left out, nobody's.</summary>
    public FlexibilitySource? Flexibility { get; init; }

    /// <summary>The broker inside the house, with Home Assistant and what it knows; left out, the node speaks to the market alone.</summary>
    public HomeBrokerSource? HomeBroker { get; init; }

    /// <summary>
    /// File in which the member's limits, her word for single devices, what was spent today and the totals outlive a restart, and beside it (<c>.trades</c>) what was traded
    /// for periods that are not over, (<c>.prices</c>) what energy was worth and (<c>.history</c>) what a real meter counted; left out, <c>homeBroker.memory</c>, and without that they are forgotten.
    /// </summary>
    public string? Memory { get; init; }

    /// <summary>Cars, heat pumps and water heaters; left out, the home has what its household has.</summary>
    public EquipmentSource? Equipment { get; init; }

    /// <summary>The real devices of the home; left out, it is simulated by its household's profile alone.</summary>
    public DeviceSources? Devices { get; init; }

    /// <summary>Devices that speak S2; left out, the node manages none.</summary>
    public S2Source? S2 { get; init; }

    /// <exception cref="UserErrorException">The file is missing, too large, or says something that cannot be.</exception>
    public static HomeConfig Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw new UserErrorException($"{path}: a home's configuration has at most {MaxBytes} bytes.");
            }

            using var stream = File.OpenRead(path);
            var config = JsonSerializer.Deserialize<HomeConfig>(stream, Json) ?? throw new UserErrorException($"{path}: is empty; see ve node run --help.");
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            return config with
            {
                Wallet = Beside(folder, config.Wallet),
                PasswordFile = Beside(folder, config.PasswordFile),
                MeterWallet = Beside(folder, config.MeterWallet),
                MeterPasswordFile = Beside(folder, config.MeterPasswordFile),
                Receipts = Beside(folder, config.Receipts),
                Flexibility = config.Flexibility is { } flexibility ? flexibility with { Book = Beside(folder, flexibility.Book) } : null,
                Memory = Beside(folder, config.Memory ?? config.HomeBroker?.Memory),
                HomeBroker = config.HomeBroker is { } home ? home with { PasswordFile = Beside(folder, home.PasswordFile), Memory = null } : null,
                S2 = config.S2 is { } s2 ? s2 with { Folder = Beside(folder, s2.Folder)!, Tokens = s2.Tokens.ToImmutableDictionary(token => token.Key, token => Beside(folder, token.Value)!) } : null,
                Household = config.Household with { Data = Beside(folder, config.Household.Data) },
                Supplier = config.Supplier with { Prices = Beside(folder, config.Supplier.Prices) },
            };
        }
        catch (JsonException error)
        {
            throw new UserErrorException($"{path}, line {error.LineNumber + 1}: {error.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be read: {error.Message}");
        }
    }

    /// <summary>The home with all that its agent plans.</summary>
    /// <param name="community">The household's.</param>
    /// <param name="now">Calendars are laid out from the household's data to a year from here.</param>
    /// <exception cref="UserErrorException">The household or its equipment cannot be.</exception>
    public PlannedHome Plan(Community community, DateTimeOffset now)
    {
        var home = Household.Plan(community);
        var present = PeriodGrid.QuarterHour.At(now);
        var first = present.Index - community.First.Index is > 0 and < LongestCalendar ? community.First : new Period(Math.Min(present.Index, community.First.Index));
        var last = new Period(Math.Max(present.Index + CalendarAhead, community.First.Index + community.Length + CalendarBeyond));
        return Equipment?.AddTo(home, first, last) ?? home;
    }

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Json));

    /// <exception cref="UserErrorException">Not a broker's address.</exception>
    public BrokerAddress BrokerAddress() =>
        Messaging.BrokerAddress.TryParse(Broker, out var address)
            ? address
            : throw new UserErrorException($"broker \"{Broker}\": write mqtt://host:1883, or mqtts://host:8883 for TLS.");

    /// <summary>What auditing takes; null where no exchange is configured.</summary>
    /// <exception cref="UserErrorException">Rpc or contract are missing then, or something cannot be.</exception>
    public WatchSettings? Watch()
    {
        if (Exchange is null)
        {
            return null;
        }

        return Rpc is null || Contract is null
            ? throw new UserErrorException("To audit rounds the configuration names rpc, contract and exchange, all three.")
            : new WatchSettings(ChainOptions.Url("rpc", Rpc), ChainOptions.AddressOf("contract", Contract), ChainOptions.Url("exchange", Exchange)) { Receipts = Receipts };
    }

    private static string? Beside(string folder, string? path) => path is null ? null : Path.GetFullPath(path, folder);
}

/// <summary>Where a home's profile comes from: a folder of data, or the generator.</summary>
public sealed record HouseholdSource
{
    /// <summary>A folder that docs/data.md describes; left out, the home is generated.</summary>
    public string? Data { get; init; }

    /// <summary>How many homes the community has; with the seed it fixes what is generated.</summary>
    public int? Homes { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>The home's name in the data; left out, the first.</summary>
    public string? Name { get; init; }

    /// <summary>First local day of a generated profile.</summary>
    public DateOnly? FirstDay { get; init; }

    /// <summary>Days that a generated profile covers; after them the last repeats.</summary>
    public int Days { get; init; } = 1;

    /// <summary>Adds a car, a heat pump, a water heater or appliances by the home's place in the data and by seed: docs/planner.md states the rule.</summary>
    public bool Equipped { get; init; }

    /// <summary>The chosen home with all that its agent plans.</summary>
    /// <exception cref="UserErrorException">The community has no such home, or its equipment cannot be read.</exception>
    public PlannedHome Plan(Community community)
    {
        var household = Choose(community);
        return Equipped ? PlanAll(community)[community.Households.IndexOf(household)] : new PlannedHome(household.Describe(), []);
    }

    /// <summary>Every home of the community with all that its agent plans.</summary>
    /// <exception cref="UserErrorException">The equipment cannot be read.</exception>
    public ImmutableArray<PlannedHome> PlanAll(Community community)
    {
        try
        {
            return Equipped ? EquippedCommunity.Of(community, Data, Seed) : [.. community.Households.Select(household => new PlannedHome(household.Describe(), []))];
        }
        catch (Exception error) when (error is DatasetException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(error.Message, error);
        }
    }

    /// <exception cref="UserErrorException">The data cannot be used.</exception>
    public Community Open()
    {
        try
        {
            return Data is null
                ? GeneratedCommunity.Create(Homes ?? 20, Seed, FirstDay ?? GeneratedCommunity.DefaultFirstDay, Days)
                : Dataset.Open(Data, Homes, Seed);
        }
        catch (DatasetException error)
        {
            throw new UserErrorException(error.Message, error);
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new UserErrorException($"household: {error.Message}", error);
        }
    }

    /// <exception cref="UserErrorException">The community has no such home.</exception>
    public Household Choose(Community community) =>
        Name is null
            ? community.Households[0]
            : community.Households.FirstOrDefault(household => household.Name == Name)
                ?? throw new UserErrorException($"household: {community.Source} has no home \"{Name}\"; it has {string.Join(", ", community.Households.Take(8).Select(household => household.Name))}…");
}

/// <summary>A home's preferences: premiums in µEUR/kWh on top of what its agent bids, 0 or more.</summary>
public sealed record PreferenceSource
{
    public long GreenMicroEurPerKWh { get; init; }

    public long LocalMicroEurPerKWh { get; init; }

    /// <summary>The address of a member whose energy the home prefers.</summary>
    public string? Partner { get; init; }

    public long PartnerMicroEurPerKWh { get; init; }

    /// <exception cref="UserErrorException">A premium is negative or huge, or the partner is no address.</exception>
    public Preferences Open()
    {
        foreach (var (name, premium) in new[] { ("green", GreenMicroEurPerKWh), ("local", LocalMicroEurPerKWh), ("partner", PartnerMicroEurPerKWh) })
        {
            if (premium < 0 || premium > ZoneNetwork.MaxFee.MicroEurPerKWh)
            {
                throw new UserErrorException($"preferences: {name}MicroEurPerKWh is {premium}; write 0 or more.");
            }
        }

        if (Partner is not null && !Topics.IsMemberAddress(Partner))
        {
            throw new UserErrorException($"preferences: partner is \"{Partner}\"; write 0x and 40 lower-case hexadecimal digits.");
        }

        return Partner is null && PartnerMicroEurPerKWh > 0
            ? throw new UserErrorException("preferences: partnerMicroEurPerKWh needs a partner.")
            : new Preferences(
                new Price(GreenMicroEurPerKWh), new Price(LocalMicroEurPerKWh), Partner is null ? null : new MemberId(Partner), new Price(PartnerMicroEurPerKWh));
    }
}
