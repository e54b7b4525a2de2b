using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;

namespace VirtualEnergy.P2P.Messaging;

public static partial class WireFormat
{
    /// <summary>Holds a curve of as many steps as may be, each demand as long as a demand gets.</summary>
    public const int MaxCurveBytes = 48 * 1024;

    /// <summary>Price steps of a basis whose curves go over a broker.</summary>
    public const int MaxCurveSteps = 2_000;

    /// <summary>Longest time that a bid may count: a day, ms.</summary>
    public const long MaxBidLifetime = 86_400_000;

    public static byte[] Write(CurveMarketMessage market) => Written(json =>
    {
        json.WriteString("matcher", market.Matcher.Value);
        json.WriteNumber("session", market.Session);
        json.WriteBoolean("auctioneer", market.IsAuctioneer);
        json.WriteNumber("chainId", market.ChainId);
        json.WriteString("contract", market.Contract);
        json.WriteNumber("priceSteps", market.Basis.PriceSteps);
        json.WriteNumber("minimumMicroEurPerKWh", market.Basis.MinimumPrice);
        json.WriteNumber("maximumMicroEurPerKWh", market.Basis.MaximumPrice);
        json.WriteNumber("bidLifetimeMilliseconds", market.BidLifetime);
        json.WriteNumber("periodSeconds", market.PeriodSeconds);
        json.WriteString("signature", Hex(market.Signature.AsSpan()));
    });

    public static bool TryReadCurveMarket(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out CurveMarketMessage? market, [NotNullWhen(false)] out string? error) =>
        TryRead(payload, MaxSmallBytes, CurveMarket, out market, out error);

    public static byte[] Write(CurveBidMessage bid) => Written(json =>
    {
        json.WriteString("agent", bid.Agent.Value);
        json.WriteString("matcher", bid.Matcher.Value);
        json.WriteNumber("session", bid.Session);
        json.WriteNumber("number", bid.Number);
        json.WriteNumber("expiresAt", bid.ExpiresAt);
        json.WriteStartArray("demandNanoWatts");
        foreach (var demand in bid.Demands)
        {
            json.WriteNumberValue(demand.NanoWatts);
        }

        json.WriteEndArray();
        json.WriteString("signature", Hex(bid.Signature.AsSpan()));
    });

    /// <summary>
    /// Reads a curve so far that its matcher can judge it: a wrong length, a rising curve or one beyond bounds is read here and
    /// refused there, each with its own reason. What is no number, here.
    /// </summary>
    public static bool TryReadCurveBid(
        ReadOnlySpan<byte> payload, MemberId agent, MemberId matcher, [NotNullWhen(true)] out CurveBidMessage? bid, [NotNullWhen(false)] out UnreadableCurve? refusal)
    {
        bid = null;
        refusal = null;
        long? number = null;
        if (payload.Length > MaxCurveBytes)
        {
            refusal = new UnreadableCurve("too-large", TooLarge(payload.Length, MaxCurveBytes), null);
            return false;
        }

        try
        {
            var fields = JsonFields.Parse(payload);
            number = fields.Integer("number", 1);
            if (fields.Member("agent") != agent)
            {
                throw fields.Wrong("agent", $"is not the agent of the topic, {agent}");
            }

            if (fields.Member("matcher") != matcher)
            {
                throw fields.Wrong("matcher", $"is not the matcher of the topic, {matcher}");
            }

            var array = fields.Array("demandNanoWatts");
            if (array.GetArrayLength() > MaxCurveSteps)
            {
                refusal = new UnreadableCurve(CurveFault.Length.Code(), $"A curve on a broker has at most {MaxCurveSteps} steps.", number);
                return false;
            }

            if (FirstNotFinite(array) is { } step)
            {
                refusal = new UnreadableCurve(CurveFault.NotFinite.Code(), $"demandNanoWatts[{step}] is no finite number.", number);
                return false;
            }

            bid = new CurveBidMessage(
                agent, matcher, fields.Integer("session", 0), number.Value, fields.Integer("expiresAt", 0),
                [.. array.EnumerateArray().Select((demand, index) => new Demand(JsonFields.IntegerOf(demand, $"demandNanoWatts[{index}]")))], fields.Signature());
            return true;
        }
        catch (MalformedMessageException malformed)
        {
            refusal = new UnreadableCurve("malformed", malformed.Message, number);
            return false;
        }
    }

    public static byte[] Write(CurveRefusalMessage refusal) => Written(json =>
    {
        json.WriteString("matcher", refusal.Matcher.Value);
        json.WriteString("agent", refusal.Agent.Value);
        json.WriteNumber("number", refusal.Number);
        json.WriteString("reason", refusal.Refusal.Code);
        if (refusal.Refusal.LastNumber is { } last)
        {
            json.WriteNumber("lastNumber", last);
        }

        WriteIfAny(json, "detail", refusal.Detail is { Length: > MaxDetailLength } detail ? detail[..MaxDetailLength] : refusal.Detail);
        json.WriteString("signature", Hex(refusal.Signature.AsSpan()));
    });

    public static bool TryReadCurveRefusal(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out CurveRefusalMessage? refusal, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            static fields => new CurveRefusalMessage(
                fields.Member("matcher"), fields.Member("agent"), fields.Integer("number", 0),
                new CurveRefusal(fields.Text("reason", MaxCodeLength), fields.Has("lastNumber") ? fields.Integer("lastNumber", 0) : null),
                fields.TextOrNull("detail", MaxDetailLength), fields.Signature()),
            out refusal, out error);

    public static byte[] Write(CurvePriceMessage price) => Written(json =>
    {
        json.WriteString("matcher", price.Matcher.Value);
        json.WriteString("agent", price.Agent.Value);
        json.WriteNumber("sequence", price.Sequence);
        json.WriteNumber("number", price.Price.BidNumber);
        json.WriteNumber("priceMicroEurPerKWh", price.Price.Price);
        json.WriteString("signature", Hex(price.Signature.AsSpan()));
    });

    public static bool TryReadCurvePrice(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out CurvePriceMessage? price, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            static fields => new CurvePriceMessage(
                fields.Member("matcher"), fields.Member("agent"), fields.Integer("sequence", 0),
                new NumberedPrice(fields.Integer("number", 0), fields.Integer("priceMicroEurPerKWh")), fields.Signature()),
            out price, out error);

    public static byte[] Write(CurveAllocationMessage message) => Written(json =>
    {
        json.WriteString("matcher", message.Matcher.Value);
        json.WriteString("agent", message.Agent.Value);
        json.WriteNumber("number", message.Allocation.BidNumber);
        json.WriteNumber("period", message.Allocation.Period.Index);
        json.WriteNumber("priceMicroEurPerKWh", message.Allocation.Price);
        json.WriteNumber("energyWh", message.Allocation.Energy.WattHours);
        json.WriteString("signature", Hex(message.Signature.AsSpan()));
    });

    public static bool TryReadCurveAllocation(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out CurveAllocationMessage? message, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            static fields => new CurveAllocationMessage(
                fields.Member("matcher"), fields.Member("agent"),
                new NumberedAllocation(
                    fields.Integer("number", 0), fields.Period(), fields.Integer("priceMicroEurPerKWh"), new Energy(fields.Integer("energyWh"))),
                fields.Signature()),
            out message, out error);

    private static CurveMarketMessage CurveMarket(JsonFields fields)
    {
        var steps = (int)fields.Integer("priceSteps", 1, MaxCurveSteps);
        var minimum = fields.Integer("minimumMicroEurPerKWh", -MarketBasis.MaxPrice, MarketBasis.MaxPrice - 1);
        var seconds = (int)fields.Integer("periodSeconds", 1, 3600);

        // A step of one unit at least: a price on its way down names its step.
        var maximum = fields.Integer("maximumMicroEurPerKWh", minimum + Math.Max(1, steps - 1), MarketBasis.MaxPrice);
        return new CurveMarketMessage(
            fields.Member("matcher"), fields.Integer("session", 0), fields.Boolean("auctioneer"), fields.Unsigned("chainId"), fields.Address("contract"),
            MarketBasis.Create(steps, minimum, maximum), fields.Integer("bidLifetimeMilliseconds", 1_000, MaxBidLifetime),
            3600 % seconds == 0 ? seconds : throw fields.Wrong("periodSeconds", "must be a whole part of an hour"), fields.Signature());
    }

    /// <summary>What JavaScript writes for a NaN, and what others do.</summary>
    private static int? FirstNotFinite(JsonElement demands)
    {
        var step = 0;
        foreach (var demand in demands.EnumerateArray())
        {
            var raw = JsonMarshal.GetRawUtf8Value(demand);
            if (raw.SequenceEqual("null"u8) || raw.SequenceEqual("\"NaN\""u8) || raw.SequenceEqual("\"Infinity\""u8) || raw.SequenceEqual("\"-Infinity\""u8))
            {
                return step;
            }

            step++;
        }

        return null;
    }
}
