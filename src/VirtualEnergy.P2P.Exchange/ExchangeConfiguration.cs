using System.Net;
using System.Numerics;
using VirtualEnergy.P2P.Exchange.Metering;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Market.RealTimePricing;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange;

/// <summary>Reads <see cref="ExchangeOptions"/> from the section <c>Exchange</c>; docs/exchange.md lists its keys.</summary>
public static class ExchangeConfiguration
{
    /// <exception cref="ExchangeStartException">A value is missing or cannot be; the message names its key.</exception>
    public static ExchangeOptions Read(IConfiguration configuration)
    {
        var section = new ConfiguredValues(configuration.GetSection("Exchange"));
        var defaults = MarketRules.Default;
        var rules = section.Section("Rules");
        return new ExchangeOptions
        {
            Community = section.Text("Community"),
            Rpc = section.Parsed("Rpc", "an address like http://127.0.0.1:8545", text => new Uri(text, UriKind.Absolute)),
            Contract = section.Parsed("Contract", "0x and 40 hexadecimal digits", Address.Parse),
            ChainId = section.Whole("ChainId", 1) is { } chain ? (ulong)chain : null,
            Key = ReadKey(section),
            JournalPath = section.Text("Journal"),
            Members = [.. section.List("Members").Select(ReadMember)],
            Rules = new MarketRules
            {
                TickMicroEurPerKWh = rules.Whole("TickMicroEurPerKWh", 1) ?? defaults.TickMicroEurPerKWh,
                Floor = rules.Whole("FloorMicroEurPerKWh") is { } floor ? new Price(floor) : defaults.Floor,
                Cap = rules.Whole("CapMicroEurPerKWh") is { } cap ? new Price(cap) : defaults.Cap,
                KThousandths = (int?)rules.Whole("KThousandths", 0, 1000) ?? defaults.KThousandths,
                Grid = rules.Whole("PeriodSeconds", 300, 3600) is { } seconds
                    ? rules.Parsed("PeriodSeconds", "300, 900, 1800 or 3600", _ => new PeriodGrid((int)seconds)) : defaults.Grid,
                Mechanism = rules.TextOrNull("Mechanism") is null ? defaults.Mechanism
                    : rules.Parsed("Mechanism", string.Join(", ", Mechanisms.Codes), text => Mechanisms.TryParse(text, out var kind) ? kind : throw new FormatException()),
                RealTimePrice = ReadRealTimePrice(rules.Section("RealTimePrice")),
                Network = ReadNetwork(rules),
                ImbalanceSpread = new Price(rules.Whole("ImbalanceSpreadMicroEurPerKWh", 0) ?? 0),
                Accounts = new MoneyAccounts(ReadAccount(rules, "GridAccount"), ReadAccount(rules, "CommunityAccount")),
            },
            Tariff = ReadTariff(section.Section("Supplier")),
            Gate = ReadGate(section.Section("Gate")),
            Settlement = ReadSettlement(section.Section("Settlement")),
            Url = section.TextOrNull("Url") ?? "http://127.0.0.1:8080",
            PowerPlant = section.TextOrNull("PowerPlant") is null ? static () => null : ReadPowerPlant(section),
            Broker = ReadBroker(section.Section("Broker")),
            FundsWarning = ReadFundsWarning(section.Section("Funds")),
            Deviations = section.Section("Metering").TextOrNull("Deviations") switch
            {
                null or "settled" => true,
                "off" => false,
                var other => throw new ExchangeStartException($"Exchange:Metering:Deviations is '{other}'; it must be settled or off."),
            },
            DisputePeriods = (int)(section.Section("Metering").Whole("DisputePeriods", 0, CommunityAccounts.KeptPeriods) ?? 96),
            Rounds = (int?)section.Whole("Rounds", 1, int.MaxValue),
            Log = section.TextOrNull("Log") ?? "text",
        };
    }

    private static FundsWarningRules ReadFundsWarning(ConfiguredValues funds)
    {
        var defaults = new FundsWarningRules();
        return new FundsWarningRules(
            (int)(funds.Whole("WindowPeriods", 1, 35_136) ?? defaults.Window), (int)(funds.Whole("WarnBelowPeriods", 0, 35_136) ?? defaults.Periods),
            (int)(funds.Whole("WarnBelowBids", 1, 1_000) ?? defaults.Bids));
    }

    // The key may stand in a file that only the exchange's user can read; the message never repeats it.
    private static EthereumKey ReadKey(ConfiguredValues section)
    {
        if (section.TextOrNull("KeyFile") is not { } file)
        {
            return section.Parsed("Key", "a private key, 0x and 64 hexadecimal digits", EthereumKey.FromHex, isSecret: true);
        }

        try
        {
            return EthereumKey.FromHex(File.ReadAllText(file).Trim());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new ExchangeStartException($"Exchange:KeyFile: {failure.Message}", failure);
        }
    }

    private static Member ReadMember(ConfiguredValues member)
    {
        var address = member.Parsed("Id", "0x and 40 hexadecimal digits", Address.Parse);
        return new Member(
            address.ToMember(), member.TextOrNull("Name") ?? address.ToString(), new ZoneId(member.TextOrNull("Zone") ?? ""),
            member.Whole("ConnectionWatts", 1, 10_000_000) ?? 10_000, member.TextOrNull("Active") is not "false" and not "False")
        {
            IsGreen = member.TextOrNull("Green") is "true" or "True",
            Meter = member.TextOrNull("Meter") is null ? null : member.Parsed("Meter", "0x and 40 hexadecimal digits", Address.Parse).ToMember(),
        };
    }

    private static ZoneNetwork ReadNetwork(ConfiguredValues rules)
    {
        try
        {
            return new ZoneNetwork(rules.List("Network").Select(line => new ZoneLine(
                new ZoneId(line.Text("Buyer")), new ZoneId(line.Text("Seller")), new Price(line.Whole("FeeMicroEurPerKWh", 0) ?? 0),
                line.Whole("CapacityWh", 0) is { } capacity ? new Energy(capacity) : null)));
        }
        catch (ArgumentException wrong)
        {
            throw new ExchangeStartException($"Exchange:Rules:Network: {wrong.Message}", wrong);
        }
    }

    private static RealTimePriceRules? ReadRealTimePrice(ConfiguredValues pricing)
    {
        if (pricing.Whole("ResponseWhPerCent", 1) is not { } response)
        {
            return null;
        }

        var rules = new RealTimePriceRules { ResponsePerCent = new Energy(response), Target = new Energy(pricing.Whole("TargetWh") ?? 0) };
        return rules with
        {
            Reference = pricing.Whole("ReferenceMicroEurPerKWh") is { } reference ? new Price(reference) : rules.Reference,
            MostPerPeriod = pricing.Whole("MostPerPeriodMicroEurPerKWh", 1) is { } most ? new Price(most) : rules.MostPerPeriod,
        };
    }

    private static MemberId? ReadAccount(ConfiguredValues rules, string key) => rules.TextOrNull(key) is null ? null
        : rules.Parsed(key, "0x and 40 hexadecimal digits", Address.Parse).ToMember();

    private static SupplierTariff? ReadTariff(ConfiguredValues supplier) =>
        supplier.Whole("ImportMicroEurPerKWh") is { } import && supplier.Whole("ExportMicroEurPerKWh") is { } export
            ? SupplierTariff.Flat(new Price(import), new Price(export)) : null;

    private static Func<Uri?> ReadPowerPlant(ConfiguredValues section)
    {
        var address = section.Parsed("PowerPlant", "an address like http://127.0.0.1:8090", text =>
            Uri.TryCreate(text, UriKind.Absolute, out var found) && found.Scheme is "http" or "https" ? found : throw new FormatException());
        return () => address;
    }

    private static GateOptions ReadGate(ConfiguredValues gate) => gate.TextOrNull("Kind") switch
    {
        null or "clock" => new ClockGateOptions
        {
            ClosesBeforeDelivery = gate.Whole("ClosesBeforeDeliverySeconds", 0, 86_400) is { } before
                ? TimeSpan.FromSeconds(before) : new ClockGateOptions().ClosesBeforeDelivery,
            ReadingsDueAfterDelivery = gate.Whole("ReadingsDueSeconds", 0, 86_400) is { } due
                ? TimeSpan.FromSeconds(due) : new ClockGateOptions().ReadingsDueAfterDelivery,
        },
        "lockstep" => new LockstepGateOptions
        {
            MinimumPace = TimeSpan.FromMilliseconds(gate.Whole("MinimumPaceMilliseconds", 0, 3_600_000) ?? 0),
            Timeout = gate.Whole("TimeoutMilliseconds", 1, 3_600_000) is { } timeout
                ? TimeSpan.FromMilliseconds(timeout) : new LockstepGateOptions().Timeout,
        },
        var other => throw new ExchangeStartException($"Exchange:Gate:Kind is '{other}'; it must be clock or lockstep."),
    };

    private static SettlementOptions ReadSettlement(ConfiguredValues settlement)
    {
        var defaults = new SettlementOptions();
        return new SettlementOptions
        {
            PeriodsPerBatch = (int?)settlement.Whole("PeriodsPerBatch", 1, 288),
            Mode = settlement.TextOrNull("Mode") switch
            {
                null or "packed" => SettlementMode.Packed,
                "verified" => SettlementMode.Verified,
                var other => throw new ExchangeStartException($"Exchange:Settlement:Mode is '{other}'; it must be packed or verified."),
            },
            MostGas = (ulong)(settlement.Whole("MostGas", (long)SettlementGas.Least, (long)TransactionSenderOptions.MostGas) ?? (long)defaults.MostGas),
            FinalBlocks = (int)(settlement.Whole("FinalBlocks", 1, 1_000_000) ?? defaults.FinalBlocks),
            Fees = new FeePolicy
            {
                MostFeePerGas = settlement.Whole("MostFeeGwei", 1, 1_000_000) is { } most ? most * (BigInteger)1_000_000_000 : defaults.Fees.MostFeePerGas,
                RaisePercent = (int)(settlement.Whole("RaisePercent", FeePolicy.NodesMinimumPercent, 1_000) ?? defaults.Fees.RaisePercent),
                ReplaceAfter = settlement.Whole("ReplaceAfterSeconds", 1, 86_400) is { } after ? TimeSpan.FromSeconds(after) : defaults.Fees.ReplaceAfter,
            },
        };
    }

    private static BrokerOptions ReadBroker(ConfiguredValues broker)
    {
        var defaults = new BrokerOptions();
        return new BrokerOptions
        {
            External = broker.TextOrNull("Address") is null ? null
                : broker.Parsed("Address", "mqtt://host:1883, or mqtts://host:8883 for TLS", BrokerAddress.Parse),
            User = broker.TextOrNull("User") ?? defaults.User,
            Password = broker.TextOrNull("Password"),
            Address = broker.TextOrNull("Listen") is null ? defaults.Address : broker.Parsed("Listen", "an IP address", IPAddress.Parse),
            Port = (int)(broker.Whole("Port", 0, 65_535) ?? 1883),
        };
    }
}
