using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.RealTimePricing;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Messaging;

public static partial class WireFormat
{
    private const long MaxImbalanceSpread = long.MaxValue / 2; // a trade bears it twice

    public static byte[] Write(MarketDescription market) => Written(json =>
    {
        json.WriteString("community", market.Community);
        json.WriteNumber("chainId", market.ChainId);
        json.WriteString("contract", market.Contract);
        json.WriteString("exchange", market.Exchange);
        json.WriteStartObject("rules");
        json.WriteNumber("tickMicroEurPerKWh", market.Rules.TickMicroEurPerKWh);
        json.WriteNumber("floorMicroEurPerKWh", market.Rules.Floor.MicroEurPerKWh);
        json.WriteNumber("capMicroEurPerKWh", market.Rules.Cap.MicroEurPerKWh);
        json.WriteNumber("kThousandths", market.Rules.KThousandths);
        json.WriteNumber("periodSeconds", market.Rules.Grid.LengthSeconds);
        json.WriteString("mechanism", market.Rules.Mechanism.Code());
        WriteUnlessZero(json, "imbalanceSpreadMicroEurPerKWh", market.Rules.ImbalanceSpread);
        WriteAccount(json, "gridAccount", market.Rules.Accounts.GridOperator);
        WriteAccount(json, "communityAccount", market.Rules.Accounts.Community);
        WriteNetwork(json, market.Rules.Network);
        if (market.Rules.RealTimePrice is { } pricing)
        {
            json.WriteStartObject("realTimePrice");
            json.WriteNumber("responseWhPerCent", pricing.ResponsePerCent.WattHours);
            json.WriteNumber("targetWh", pricing.Target.WattHours);
            json.WriteNumber("referenceMicroEurPerKWh", pricing.Reference.MicroEurPerKWh);
            json.WriteNumber("mostPerPeriodMicroEurPerKWh", pricing.MostPerPeriod.MicroEurPerKWh);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    public static bool TryReadMarket(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out MarketDescription? market, [NotNullWhen(false)] out string? error) =>
        TryRead(payload, MaxMarketBytes, Market, out market, out error);

    public static byte[] Write(RoundAnnouncement round) => Written(json =>
    {
        json.WriteNumber("period", round.Period.Index);
        json.WriteString("deliveryStart", Instant(round.DeliveryStart));
        json.WriteString("gateClosesAt", Instant(round.GateClosesAt));
        WriteHash(json, "seedCommitment", round.SeedCommitment);
    });

    public static bool TryReadAnnouncement(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out RoundAnnouncement? round, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            static fields => new RoundAnnouncement(fields.Period(), fields.Instant("deliveryStart"), fields.Instant("gateClosesAt"))
            {
                SeedCommitment = HashOrNull(fields, "seedCommitment"),
            },
            out round, out error);

    public static byte[] Write(RoundResult result) => Written(json =>
    {
        json.WriteNumber("period", result.Period.Index);
        if (result.Price is { } price)
        {
            json.WriteNumber("priceMicroEurPerKWh", price.MicroEurPerKWh);
        }
        else
        {
            json.WriteNull("priceMicroEurPerKWh");
        }

        json.WriteNumber("volumeWh", result.Volume.WattHours);
        json.WriteNumber("bids", result.Bids);
        json.WriteStartArray("trades");
        foreach (var trade in result.Trades)
        {
            json.WriteStartObject();
            json.WriteString("buyer", trade.Buyer.Value);
            json.WriteString("seller", trade.Seller.Value);
            json.WriteNumber("energyWh", trade.Energy.WattHours);
            json.WriteNumber("priceMicroEurPerKWh", trade.Price.MicroEurPerKWh);
            WriteUnlessZero(json, "gridFeeMicroEurPerKWh", trade.GridFee);
            WriteUnlessZero(json, "spreadMicroEurPerKWh", trade.Spread);
            WriteQuality(json, trade.Quality);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (!result.Charges.IsEmpty)
        {
            json.WriteStartArray("charges");
            foreach (var charge in result.Charges)
            {
                json.WriteStartObject();
                json.WriteString("member", charge.Member.Value);
                json.WriteNumber("amountMicroEur", charge.Amount.MicroEur);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteString("bidsRoot", result.BidsRoot.ToString());
        json.WriteString("tradesRoot", result.TradesRoot.ToString());
        json.WriteString("roundHash", result.RoundHash.ToString());
        WriteHash(json, "seed", result.Seed);
        if (result.Balances)
        {
            json.WriteBoolean("balances", true);
        }
    });

    public static bool TryReadResult(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out RoundResult? result, [NotNullWhen(false)] out string? error) =>
        TryRead(payload, MaxRoundResultBytes, Result, out result, out error);

    private static MarketDescription Market(JsonFields fields)
    {
        var community = fields.Text("community", Topics.MaxCommunityLength);
        if (!Topics.IsCommunityName(community))
        {
            throw fields.Wrong("community", "cannot be a level of a topic");
        }

        return new MarketDescription(
            community, fields.Unsigned("chainId"), fields.Address("contract"), fields.Address("exchange"), Rules(fields.Object("rules")));
    }

    private static MarketRules Rules(JsonFields fields)
    {
        var floor = fields.Integer("floorMicroEurPerKWh");
        var seconds = fields.Integer("periodSeconds");
        return new MarketRules
        {
            TickMicroEurPerKWh = fields.Integer("tickMicroEurPerKWh", least: 1),
            Floor = new Price(floor),
            Cap = new Price(fields.Integer("capMicroEurPerKWh", least: floor)),
            KThousandths = (int)fields.Integer("kThousandths", 0, 1000),
            Grid = seconds is 300 or 900 or 1800 or 3600
                ? new PeriodGrid((int)seconds) : throw fields.Wrong("periodSeconds", "must be 300, 900, 1800 or 3600"),
            Mechanism = Mechanisms.TryParse(fields.Text("mechanism", 32), out var mechanism)
                ? mechanism : throw fields.Wrong("mechanism", "is none that this node knows"),
            ImbalanceSpread = new Price(fields.Has("imbalanceSpreadMicroEurPerKWh") ? fields.Integer("imbalanceSpreadMicroEurPerKWh", 0, MaxImbalanceSpread) : 0),
            Accounts = new MoneyAccounts(fields.MemberOrNull("gridAccount"), fields.MemberOrNull("communityAccount")),
            Network = fields.Has("network") ? Network(fields) : ZoneNetwork.CopperPlate,
            RealTimePrice = fields.Has("realTimePrice") ? RealTimePrice(fields.Object("realTimePrice")) : null,
        };
    }

    private static ZoneNetwork Network(JsonFields fields)
    {
        try
        {
            return new ZoneNetwork(fields.Objects("network").Select(line => new ZoneLine(
                new ZoneId(line.Text("buyer", MaxNameLength)), new ZoneId(line.Text("seller", MaxNameLength)),
                new Price(line.IntegerOrNull("feeMicroEurPerKWh") ?? 0),
                line.IntegerOrNull("capacityWh") is { } capacity ? new Energy(capacity) : null)));
        }
        catch (ArgumentException wrong)
        {
            throw fields.Wrong("network", $"cannot be: {wrong.Message}");
        }
    }

    private static void WriteNetwork(Utf8JsonWriter json, ZoneNetwork network)
    {
        if (network.IsCopperPlate)
        {
            return;
        }

        json.WriteStartArray("network");
        foreach (var line in network.Lines)
        {
            json.WriteStartObject();
            json.WriteString("buyer", line.Buyer.Value);
            json.WriteString("seller", line.Seller.Value);
            WriteUnlessZero(json, "feeMicroEurPerKWh", line.Fee);
            if (line.Capacity is { } capacity)
            {
                json.WriteNumber("capacityWh", capacity.WattHours);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static RealTimePriceRules RealTimePrice(JsonFields fields) => new()
    {
        ResponsePerCent = new Energy(fields.Integer("responseWhPerCent", least: 1)),
        Target = new Energy(fields.Integer("targetWh")),
        Reference = new Price(fields.Integer("referenceMicroEurPerKWh")),
        MostPerPeriod = new Price(fields.Integer("mostPerPeriodMicroEurPerKWh", least: 1)),
    };

    private static void WriteAccount(Utf8JsonWriter json, string name, MemberId? account)
    {
        if (account is { } known)
        {
            json.WriteString(name, known.Value);
        }
    }

    private static void WriteHash(Utf8JsonWriter json, string name, Hash256? hash)
    {
        if (hash is { } known)
        {
            json.WriteString(name, known.ToString());
        }
    }

    private static void WriteUnlessZero(Utf8JsonWriter json, string name, Price price)
    {
        if (price != default)
        {
            json.WriteNumber(name, price.MicroEurPerKWh);
        }
    }

    private static void WriteQuality(Utf8JsonWriter json, Quality quality)
    {
        if (quality != Quality.None)
        {
            json.WriteStartArray("quality");
            foreach (var name in quality.Names())
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
        }
    }

    private static Quality QualityOf(JsonFields trade) => !trade.Has("quality") ? Quality.None
        : trade.Texts("quality", MaxCodeLength).Aggregate(Quality.None, (sum, name) =>
            QualityNames.TryParse(name, out var known) ? sum | known : throw trade.Wrong("quality", "has a word that is neither green, local nor partner"));

    private static RoundResult Result(JsonFields fields) =>
        new(
            fields.Period(), PriceOrNull(fields, "priceMicroEurPerKWh"),
            new Energy(fields.Integer("volumeWh", least: 0)), (int)fields.Integer("bids", 0, int.MaxValue), [.. fields.Objects("trades").Select(Trade)],
            fields.Hash("bidsRoot"), fields.Hash("tradesRoot"), fields.Hash("roundHash"))
        {
            Charges = ChargesOf(fields),
            Seed = HashOrNull(fields, "seed"),
            Balances = fields.Has("balances") && fields.Boolean("balances"),
        };

    private static ImmutableArray<Charge> ChargesOf(JsonFields fields) => !fields.Has("charges") ? []
        : [.. fields.Objects("charges").Select(charge => new Charge(charge.Member("member"), new Money(charge.Integer("amountMicroEur", least: 1))))];

    private static Hash256? HashOrNull(JsonFields fields, string name) => fields.Has(name) ? fields.Hash(name) : null;

    private static Trade Trade(JsonFields trade) => new(
        trade.Member("buyer"), trade.Member("seller"), new Energy(trade.Integer("energyWh", least: 1)),
        new Price(trade.Integer("priceMicroEurPerKWh")))
    {
        GridFee = new Price(trade.IntegerOrNull("gridFeeMicroEurPerKWh") ?? 0),
        Spread = new Price(trade.IntegerOrNull("spreadMicroEurPerKWh") ?? 0),
        Quality = QualityOf(trade),
    };
}
