using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway.Payments;
using VirtualEnergy.P2P.BspGateway.Telecontrol;
using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Iec104.Transport;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>Reads <see cref="GatewayOptions"/> from the section <c>Bsp</c>; docs/bsp.md lists its keys.</summary>
public static class GatewayConfiguration
{
    private const int MostToken = 4_096;

    /// <exception cref="GatewayStartException">A value is missing or cannot be; the message names its key.</exception>
    public static GatewayOptions Read(IConfiguration configuration)
    {
        var section = new GatewayKeys(configuration.GetSection("Bsp"));
        var defaults = new TsoLinkOptions();
        var tso = section.Section("Tso");
        var profile = ReadProfile(section);
        return new GatewayOptions
        {
            Name = section.TextOrNull("Name") ?? "Aggregator",
            Url = section.TextOrNull("Url") ?? "http://127.0.0.1:8090",
            OrderToken = ReadToken(section),
            Tso = new TsoLinkOptions
            {
                Listen = tso.Parsed("Listen", "an address and port like 127.0.0.1:2404", IPEndPoint.Parse) ?? defaults.Listen,
                Peers = [.. tso.List("Peers").Select(peer => peer.Parsed("", "an IP address", IPAddress.Parse)!)],
                SelectFirst = tso.Flag("SelectFirst"),
                BufferedEvents = (int)(tso.Whole("BufferedEvents", 1, 10_000_000) ?? defaults.BufferedEvents),
                Tls = ReadTls(tso.Section("Tls")),
            },
            Units = [.. section.List("Units").Select(unit => ReadUnit(unit, section, profile))],
            Profile = profile,
            Parties = PartiesConfiguration.Read(section, profile.Grid),
            Esmp = section.Section("Esmp") is var esmp && esmp.TextOrNull("Self") is null ? null : new EsmpOptions(
                new CodedId(esmp.Text("Self"), "A01"), new CodedId(esmp.Text("Operator"), "A01"), new CodedId(esmp.Text("Domain"), "A01"), esmp.TextOrNull("Process") ?? "A47"),
            FeePermille = (int)(section.Whole("FeePermille", 0, 1_000) ?? 50),
            Policy = new OfferPolicy { ConfidencePermille = (int)(section.Whole("ConfidencePermille", 500, 999) ?? 950), MarginPermille = (int)(section.Whole("MarginPermille", 0, 10_000) ?? 50) },
            OfferHours = (ReadTime(section, "OfferFrom"), ReadTime(section, "OfferUntil")),
            OrdersWithoutOffers = section.Flag("OrdersWithoutOffers"),
            ReservePermille = (int)(section.Whole("ReservePermille", 0, 999) ?? 50),
            Cycle = TimeSpan.FromSeconds(section.Whole("CycleSeconds", 1, 60) ?? 4),
            Stale = TimeSpan.FromSeconds(section.Whole("StaleSeconds", 2, 3_600) ?? 20),
            Viewers = [.. section.List("Viewers").Select(viewer => viewer.Parsed("", "an origin like http://127.0.0.1:8080", text => new Uri(text, UriKind.Absolute))!.GetLeftPart(UriPartial.Authority))],
            Payments = PaymentConfiguration.Read(section.Section("Payments")),
            DataFolder = section.TextOrNull("DataFolder"),
            Log = section.TextOrNull("Log") ?? "text",
        };
    }

    // The token may stand in a file that only the gateway's user can read; no message repeats it.
    private static string? ReadToken(GatewayKeys section)
    {
        if (section.TextOrNull("OrderTokenFile") is not { } file)
        {
            return section.TextOrNull("OrderToken");
        }

        try
        {
            var token = File.ReadAllText(file).Trim();
            return token.Length is > 0 and <= MostToken ? token : throw new GatewayStartException($"Bsp:OrderTokenFile: {file} must hold a token of 1 to {MostToken} characters.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new GatewayStartException($"Bsp:OrderTokenFile: {failure.Message}", failure);
        }
    }

    private static UnitOptions ReadUnit(GatewayKeys unit, GatewayKeys bsp, MarketProfile profile) => new()
    {
        Id = unit.Text("Id"),
        Zone = unit.TextOrNull("Zone") ?? "SARD",
        CommonAddress = (int)unit.Required("CommonAddress", 1, 65_534),
        Class = unit.TextOrNull("Class") ?? "UVAM",
        MinimumWatts = unit.Required("MinimumWatts", -1_000_000_000, 1_000_000_000),
        MaximumWatts = unit.Required("MaximumWatts", -1_000_000_000, 1_000_000_000),
        Points = ReadPoints(unit.Section("Objects")),
        Scale = ReadScale(unit, PowerScale.Megawatts),
        Customers = [.. unit.List("Customers").Select(customer => ReadCustomer(customer, bsp, profile))],
    };

    private static UnitPoints ReadPoints(GatewayKeys objects)
    {
        var standard = new UnitPoints();
        int Of(string name, int otherwise) => (int)(objects.Whole(name, 1, 0xFF_FFFF) ?? otherwise);
        return new UnitPoints
        {
            MeasuredPower = Of(nameof(UnitPoints.MeasuredPower), standard.MeasuredPower),
            Baseline = Of(nameof(UnitPoints.Baseline), standard.Baseline),
            Target = Of(nameof(UnitPoints.Target), standard.Target),
            UpwardAvailability = Of(nameof(UnitPoints.UpwardAvailability), standard.UpwardAvailability),
            DownwardAvailability = Of(nameof(UnitPoints.DownwardAvailability), standard.DownwardAvailability),
            SetPointInForce = Of(nameof(UnitPoints.SetPointInForce), standard.SetPointInForce),
            IsComplete = Of(nameof(UnitPoints.IsComplete), standard.IsComplete),
            HasOrder = Of(nameof(UnitPoints.HasOrder), standard.HasOrder),
            IsLimited = Of(nameof(UnitPoints.IsLimited), standard.IsLimited),
            Withdrawn = Of(nameof(UnitPoints.Withdrawn), standard.Withdrawn),
            Injected = Of(nameof(UnitPoints.Injected), standard.Injected),
            SetPoint = Of(nameof(UnitPoints.SetPoint), standard.SetPoint),
            Revoke = Of(nameof(UnitPoints.Revoke), standard.Revoke),
            Limit = Of(nameof(UnitPoints.Limit), standard.Limit),
            LimitSwitch = Of(nameof(UnitPoints.LimitSwitch), standard.LimitSwitch),
        };
    }

    private static CustomerOptions ReadCustomer(GatewayKeys customer, GatewayKeys bsp, MarketProfile profile) => CommunityConfiguration.Read(customer.Section("Community"), bsp, profile) is { } community
        ? new() { Id = customer.Text("Id"), Community = community, Homes = [.. customer.List("Homes").Select(ReadHome)] }
        : customer.Flag("OpenAdr") ? new() { Id = customer.Text("Id"), IsOpenAdr = true, Homes = [.. customer.List("Homes").Select(ReadHome)] }
        : ReadStation(customer);

    private static CustomerOptions ReadStation(GatewayKeys customer) => new()
    {
        Id = customer.Text("Id"),
        Host = customer.Text("Host"),
        Port = (int)(customer.Whole("Port", 1, 65_535) ?? CustomerOptions.DefaultPort),
        CommonAddress = (int)(customer.Whole("CommonAddress", 1, 65_534) ?? 1),
        Scale = ReadScale(customer, PowerScale.Kilowatts),
        Tls = ReadTls(customer.Section("Tls")),
        Homes = [.. customer.List("Homes").Select(ReadHome)],
    };

    private static HomeOptions ReadHome(GatewayKeys home)
    {
        var pod = PodCode.TryParse(home.Text("Pod"), out var code) ? code : throw home.Fault("Pod", $"is '{home.Text("Pod")}'; it must be IT, three digits, E and eight digits");
        return new HomeOptions
        {
            Pod = pod,
            Name = home.TextOrNull("Name") ?? pod.Value,
            Member = new MemberId(home.TextOrNull("Member") ?? pod.Value),
            Ven = home.TextOrNull("Ven"),
            Kind = home.TextOrNull("Kind") switch
            {
                "consumption" => PointKind.Consumption,
                "production" => PointKind.Production,
                null or "mixed" => PointKind.Mixed,
                var other => throw home.Fault("Kind", $"is '{other}'; it must be consumption, production or mixed"),
            },
            UpWatts = home.Required("UpWatts", 0, 10_000_000),
            DownWatts = home.Required("DownWatts", 0, 10_000_000),
            ConnectionWatts = home.Whole("ConnectionWatts", 1, 100_000_000) ?? 100_000,
            RampWattsPerMinute = home.Whole("RampWattsPerMinute", 1, 10_000_000) ?? 1_000,
            HoldingSeconds = (int)(home.Whole("HoldingSeconds", 1, 86_400) ?? 7_200),
            UpAsk = new Price(home.Required("UpAskMicroEurPerKWh", -10_000_000, 10_000_000)),
            DownAsk = new Price(home.Required("DownAskMicroEurPerKWh", -10_000_000, 10_000_000)),
        };
    }

    // One of those that ship, or a file of one's own.
    private static MarketProfile ReadProfile(GatewayKeys section)
    {
        var name = section.TextOrNull("Profile") ?? ShippedProfiles.ItalianMsd;
        if (ShippedProfiles.Names.Contains(name))
        {
            return ShippedProfiles.Get(name);
        }

        try
        {
            var (profile, refusal) = ProfileReader.Read(File.ReadAllBytes(name));
            return profile ?? throw section.Fault("Profile", $"{name}: {refusal}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw section.Fault("Profile", $"is neither one of {string.Join(", ", ShippedProfiles.Names)} nor a file that can be read: {failure.Message}", failure);
        }
    }

    private static TimeOnly ReadTime(GatewayKeys section, string key) => section.TextOrNull(key) is not { } text ? default
        : TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time
        : throw section.Fault(key, $"is '{text}'; it must be a time like 17:00");

    private static PowerScale ReadScale(GatewayKeys section, PowerScale otherwise) => new(
        (int)(section.Whole("WattsPerUnit", 1, 1_000_000_000) ?? otherwise.WattsPerUnit),
        section.TextOrNull("Positive") switch
        {
            null => otherwise.InjectionIsPositive,
            "injection" => true,
            "consumption" => false,
            var other => throw section.Fault("Positive", $"is '{other}'; it must be injection or consumption"),
        });

    private static TlsOptions? ReadTls(GatewayKeys tls)
    {
        if (tls.TextOrNull("Certificate") is not { } certificate)
        {
            return null;
        }

        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(tls.Text("Authorities"));
            return new TlsOptions { Certificate = X509Certificate2.CreateFromPemFile(certificate, tls.TextOrNull("Key")), Authorities = authorities };
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw tls.Fault("Certificate", $"cannot be used: {failure.Message}", failure);
        }
    }
}
