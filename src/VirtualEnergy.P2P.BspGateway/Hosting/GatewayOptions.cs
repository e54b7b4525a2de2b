using System.Collections.Immutable;
using System.Net;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway.Community;
using VirtualEnergy.P2P.BspGateway.Payments;
using VirtualEnergy.P2P.BspGateway.Telecontrol;
using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Iec104.Transport;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway;

/// <summary>What a gateway is started with; docs/bsp.md lists the keys that <c>bsp.json</c> has for it.</summary>
public sealed record GatewayOptions
{
    /// <summary>The aggregator's name, as its pages show it.</summary>
    public required string Name { get; init; }

    /// <summary>Where pages and API are served. There is no password on reading: keep it on loopback, or behind something that has one.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8090";

    /// <summary>The market's rules; everything regulatory is in it.</summary>
    public MarketProfile Profile { get; init; } = ShippedProfiles.Get(ShippedProfiles.ItalianMsd);

    /// <summary>What this aggregator decides for itself about its offers.</summary>
    public OfferPolicy Policy { get; init; } = new();

    /// <summary>The aggregator's part of payments above zero, in thousandths.</summary>
    public int FeePermille { get; init; } = 50;

    /// <summary>Offers are made for periods that begin in this time of the day on the wall; from and until equal: the whole day.</summary>
    public (TimeOnly From, TimeOnly Until) OfferHours { get; init; }

    /// <summary>So long before the gate of the baselines they are frozen, and offers made.</summary>
    public TimeSpan PlanningLead { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Orders are bound by offers that were accepted. Where it is set they are bound by the certified powers of the units instead: for
    /// tests of a link, or a contract beside the market.
    /// </summary>
    public bool OrdersWithoutOffers { get; init; }

    /// <summary>Of each home's power so many thousandths are kept for when others drop out, as long as an order is reached without.</summary>
    public int ReservePermille { get; init; } = 50;

    /// <summary>What a sender of orders, results and programs over HTTP must show as a bearer token; null, and nothing is taken there.</summary>
    public string? OrderToken { get; init; }

    public required TsoLinkOptions Tso { get; init; }

    public required ImmutableArray<UnitOptions> Units { get; init; }

    /// <summary>The cycle of measuring, correcting and telling: 4 s, as Terna's grid code asks of aggregates (Annex A.42, as the study of this project reports it).</summary>
    public TimeSpan Cycle { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>A measurement older than this does not count, and its home is not relied upon.</summary>
    public TimeSpan Stale { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Who we are and whom we trade with in ESMP documents (IEC 62325); null, and none are taken.</summary>
    public EsmpOptions? Esmp { get; init; }

    /// <summary>Origins, as <c>http://127.0.0.1:8080</c>, whose pages may read here beside our own: a community's viewer.</summary>
    public ImmutableArray<string> Viewers { get; init; } = [];

    /// <summary>Grid operators and virtual end nodes, and who goes first.</summary>
    public PartiesOptions Parties { get; init; } = new();

    /// <summary>How members are paid; null, and nobody is.</summary>
    public PaymentOptions? Payments { get; init; }

    /// <summary>Where the log of orders and reservations stays; null keeps it in memory, for tests and simulations.</summary>
    public string? DataFolder { get; init; }

    /// <summary><c>none</c>, <c>text</c> or <c>json</c>.</summary>
    public string Log { get; init; } = "none";
}

/// <summary>The parties of ESMP documents, and the area that is balanced; EIC codes of scheme A01 as a rule.</summary>
/// <param name="Self">The aggregator, in role A46.</param>
/// <param name="Operator">The system operator, in role A49.</param>
/// <param name="Process">The process of bids, as A47 for manual frequency restoration.</param>
public sealed record EsmpOptions(CodedId Self, CodedId Operator, CodedId Domain, string Process);

/// <summary>The link to the system operator: this side is the controlled station.</summary>
public sealed record TsoLinkOptions
{
    /// <summary>Where it listens; port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, ControlledStationServer.DefaultPort);

    /// <summary>Who may connect; everybody when empty. TLS says more about who it is.</summary>
    public ImmutableArray<IPAddress> Peers { get; init; } = [];

    /// <summary>Commands are executed only after they were selected.</summary>
    public bool SelectFirst { get; init; }

    /// <summary>The most values that wait while the link is broken; beyond it the oldest are dropped.</summary>
    public int BufferedEvents { get; init; } = 100_000;

    /// <summary>Null, and the link is plain TCP.</summary>
    public TlsOptions? Tls { get; init; }
}

/// <summary>One enabled unit: what the system operator sees as a power plant.</summary>
public sealed record UnitOptions
{
    public required string Id { get; init; }

    /// <summary>The market zone, SARD for Sardinia.</summary>
    public string Zone { get; init; } = "SARD";

    /// <summary>On the link to the system operator, 1 to 65534.</summary>
    public required int CommonAddress { get; init; }

    public UnitPoints Points { get; init; } = new();

    public PowerScale Scale { get; init; } = PowerScale.Megawatts;

    /// <summary>The unit's class in the market's profile.</summary>
    public string Class { get; init; } = "UVAM";

    /// <summary>The technical declaration: the least power that the unit can have, W, + consumption.</summary>
    public required long MinimumWatts { get; init; }

    /// <summary>And the highest.</summary>
    public required long MaximumWatts { get; init; }

    public required ImmutableArray<CustomerOptions> Customers { get; init; }
}

/// <summary>Homes that are reached together: behind a telecontrol unit that the gateway connects to (a site, or a building of many homes), or as members of a community.</summary>
public sealed record CustomerOptions
{
    /// <summary>The port that the study of this project names for customers.</summary>
    public const int DefaultPort = 2405;

    public required string Id { get; init; }

    /// <summary>The community whose members they are, reached over its broker; null for a telecontrol unit, and then what follows counts.</summary>
    public CommunityOptions? Community { get; init; }

    /// <summary>The homes speak OpenADR: each is a VEN of the gateway's VTN.</summary>
    public bool IsOpenAdr { get; init; }

    public string Host { get; init; } = "";

    public int Port { get; init; } = DefaultPort;

    public int CommonAddress { get; init; } = 1;

    public PowerScale Scale { get; init; } = PowerScale.Kilowatts;

    /// <summary>Null, and the link is plain TCP.</summary>
    public TlsOptions? Tls { get; init; }

    public required ImmutableArray<HomeOptions> Homes { get; init; }
}

/// <summary>A home, or another point of delivery; behind a telecontrol unit its number is its place in the list, from 1, and in a community its name is its member's address.</summary>
public sealed record HomeOptions
{
    public required PodCode Pod { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>Who is paid; one home each.</summary>
    public required MemberId Member { get; init; }

    /// <summary>The client of the VTN that the home is, where its customer speaks OpenADR.</summary>
    public string? Ven { get; init; }

    public PointKind Kind { get; init; } = PointKind.Mixed;

    /// <summary>Certified, W, 0 or more.</summary>
    public required long UpWatts { get; init; }

    public required long DownWatts { get; init; }

    public long RampWattsPerMinute { get; init; } = 1_000;

    /// <summary>What its connection can carry either way, W; a measurement beyond is not believed.</summary>
    public long ConnectionWatts { get; init; } = 100_000;

    /// <summary>How long it holds what it is certified for, s.</summary>
    public int HoldingSeconds { get; init; } = 7_200;

    /// <summary>The least that it wants for a kWh of upward regulation.</summary>
    public required Price UpAsk { get; init; }

    /// <summary>The least that it wants for a kWh of downward regulation; negative where it pays for the energy.</summary>
    public required Price DownAsk { get; init; }
}
