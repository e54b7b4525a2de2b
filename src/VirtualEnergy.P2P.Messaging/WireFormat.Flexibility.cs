using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;

namespace VirtualEnergy.P2P.Messaging;

public static partial class WireFormat
{
    /// <summary>Holds as many spans and steps as may be.</summary>
    public const int MaxHeadroomBytes = 48 * 1024;

    public const int MaxFlexibilitySpans = 32;

    /// <summary>Three hours of quarters of an hour.</summary>
    public const int MaxHoldingPeriods = 12;

    /// <summary>Steps a direction.</summary>
    public const int MaxFlexibilitySteps = 8;

    /// <summary>Hours of rebound.</summary>
    public const int MaxReboundHours = 36;

    /// <summary>Two days of quarters of an hour.</summary>
    public const int MaxProgramPeriods = 192;

    /// <summary>The most that one home changes, W: far beyond any connection that a home has.</summary>
    public const long MaxFlexibilityWatts = 1_000_000;

    /// <summary>Samples of one session: two days, one in four seconds.</summary>
    public const int MaxTelemetryLength = 43_200;

    public const int MaxTelemetryBytes = 512;

    public static byte[] Write(Signed<FlexibilityTerms> signed) => Written(json =>
    {
        var terms = signed.Content;
        json.WriteString("bsp", terms.Bsp.Value);
        json.WriteNumber("session", terms.Session);
        json.WriteNumber("holdingPeriods", terms.HoldingPeriods);
        json.WriteNumber("spans", terms.Spans);
        json.WriteNumber("confidencePermille", terms.ConfidencePermille);
        json.WriteNumber("telemetrySeconds", terms.TelemetrySeconds);
        json.WriteString("signature", Hex(signed.Signature.AsSpan()));
    });

    public static bool TryReadFlexibilityTerms(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out Signed<FlexibilityTerms>? terms, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            static fields => Sign(fields, new FlexibilityTerms(
                fields.Member("bsp"), fields.Integer("session", 0), (int)fields.Integer("holdingPeriods", 1, MaxHoldingPeriods),
                (int)fields.Integer("spans", 1, MaxFlexibilitySpans), (int)fields.Integer("confidencePermille", 500, 975),
                (int)fields.Integer("telemetrySeconds", 1, 60))),
            out terms, out error);

    public static byte[] Write(Signed<HomeHeadroomOffer> signed) => Written(json =>
    {
        var message = signed.Content;
        json.WriteString("member", message.Member.Value);
        json.WriteString("bsp", message.Bsp.Value);
        json.WriteNumber("number", message.Number);
        json.WriteNumber("expiresAt", message.ExpiresAt);
        json.WriteStartArray("spans");
        foreach (var span in message.Spans)
        {
            json.WriteStartObject();
            json.WriteNumber("period", span.First.Index);
            json.WriteNumber("periods", span.Periods);
            Write(json, "up", span.Up);
            Write(json, "down", span.Down);
            Write(json, "upReboundWh", span.UpRebound);
            Write(json, "downReboundWh", span.DownRebound);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("signature", Hex(signed.Signature.AsSpan()));
    });

    /// <param name="payload">Any bytes.</param>
    /// <param name="sender">The home of the topic; a message in another's name is malformed. Null does not compare.</param>
    public static bool TryReadHeadroom(
        ReadOnlySpan<byte> payload, MemberId? sender, [NotNullWhen(true)] out Signed<HomeHeadroomOffer>? message, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxHeadroomBytes,
            fields => Sign(fields, new HomeHeadroomOffer(
                SentBy(fields, sender), fields.Member("bsp"), fields.Integer("number", 1), fields.Integer("expiresAt", 0),
                [.. AtMost(fields, "spans", MaxFlexibilitySpans).Objects("spans").Select(SpanOf)])),
            out message, out error);

    public static byte[] Write(Signed<NetProgram> signed) => Written(json =>
    {
        var message = signed.Content;
        json.WriteString("member", message.Member.Value);
        json.WriteString("bsp", message.Bsp.Value);
        json.WriteNumber("number", message.Number);
        json.WriteNumber("period", message.First.Index);
        Write(json, "energiesWh", [.. message.Energies.Select(energy => energy.WattHours)]);
        json.WriteString("signature", Hex(signed.Signature.AsSpan()));
    });

    /// <inheritdoc cref="TryReadHeadroom"/>
    public static bool TryReadProgram(
        ReadOnlySpan<byte> payload, MemberId? sender, [NotNullWhen(true)] out Signed<NetProgram>? message, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            fields => Sign(fields, new NetProgram(
                SentBy(fields, sender), fields.Member("bsp"), fields.Integer("number", 1), FirstOf(fields),
                [.. Integers(fields, "energiesWh", 1, MaxProgramPeriods, MaxFlexibilityWatts).Select(energy => new Energy(energy))])),
            out message, out error);

    public static byte[] Write(Signed<FlexibilityOrder> signed) => Written(json =>
    {
        var order = signed.Content;
        json.WriteString("bsp", order.Bsp.Value);
        json.WriteString("member", order.Member.Value);
        json.WriteNumber("number", order.Number);
        json.WriteNumber("id", order.Id);
        json.WriteString("kind", Code(order.Kind));
        json.WriteNumber("offer", order.Offer);
        json.WriteNumber("period", order.First.Index);
        json.WriteNumber("periods", order.Periods);
        json.WriteNumber("changeWatts", order.ChangeWatts);
        json.WriteNumber("priceMicroEurPerKWh", order.Price.MicroEurPerKWh);
        json.WriteString("signature", Hex(signed.Signature.AsSpan()));
    });

    public static bool TryReadFlexibilityOrder(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out Signed<FlexibilityOrder>? order, [NotNullWhen(false)] out string? error) =>
        TryRead(payload, MaxSmallBytes, OrderOf, out order, out error);

    public static byte[] Write(Signed<FlexibilityReply> signed) => Written(json =>
    {
        var reply = signed.Content;
        json.WriteString("member", reply.Member.Value);
        json.WriteString("bsp", reply.Bsp.Value);
        json.WriteNumber("number", reply.Number);
        json.WriteNumber("id", reply.Id);
        json.WriteBoolean("accepted", reply.Accepted);
        json.WriteNumber("shortfallWatts", reply.ShortfallWatts);
        WriteIfAny(json, "reason", reply.Reason);
        WriteIfAny(json, "detail", reply.Detail is { Length: > MaxDetailLength } detail ? detail[..MaxDetailLength] : reply.Detail);
        json.WriteString("signature", Hex(signed.Signature.AsSpan()));
    });

    /// <inheritdoc cref="TryReadHeadroom"/>
    public static bool TryReadFlexibilityReply(
        ReadOnlySpan<byte> payload, MemberId? sender, [NotNullWhen(true)] out Signed<FlexibilityReply>? reply, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            fields =>
            {
                var (accepted, shortfall, reason) =
                    (fields.Boolean("accepted"), fields.Integer("shortfallWatts", 0, MaxFlexibilityWatts), fields.TextOrNull("reason", MaxCodeLength));
                return (accepted && shortfall == 0) != (reason is null)
                    ? throw fields.Wrong("reason", "must be there exactly when the order is refused or falls short")
                    : Sign(fields, new FlexibilityReply(
                        SentBy(fields, sender), fields.Member("bsp"), fields.Integer("number", 0), fields.Integer("id", 0), accepted, shortfall, reason,
                        fields.TextOrNull("detail", MaxDetailLength)));
            },
            out reply, out error);

    public static byte[] Write(Signed<TelemetrySession> signed) => Written(json =>
    {
        var session = signed.Content;
        json.WriteString("member", session.Member.Value);
        json.WriteString("bsp", session.Bsp.Value);
        json.WriteNumber("session", session.Session);
        json.WriteString("anchor", session.Anchor.ToString());
        json.WriteNumber("length", session.Length);
        json.WriteString("signature", Hex(signed.Signature.AsSpan()));
    });

    /// <inheritdoc cref="TryReadHeadroom"/>
    public static bool TryReadTelemetrySession(
        ReadOnlySpan<byte> payload, MemberId? sender, [NotNullWhen(true)] out Signed<TelemetrySession>? session, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxSmallBytes,
            fields => Sign(fields, new TelemetrySession(
                SentBy(fields, sender), fields.Member("bsp"), fields.Integer("session", 0), fields.Hash("anchor"),
                (int)fields.Integer("length", 1, MaxTelemetryLength))),
            out session, out error);

    public static byte[] Write(TelemetrySample sample) => Written(json =>
    {
        json.WriteString("member", sample.Member.Value);
        json.WriteNumber("session", sample.Session);
        json.WriteNumber("sequence", sample.Sequence);
        json.WriteNumber("at", sample.At);
        json.WriteNumber("watts", sample.Watts);
        json.WriteString("quality", Code(sample.Quality));
        json.WriteString("key", sample.Key.ToString());
    });

    /// <inheritdoc cref="TryReadHeadroom"/>
    public static bool TryReadTelemetrySample(
        ReadOnlySpan<byte> payload, MemberId? sender, [NotNullWhen(true)] out TelemetrySample? sample, [NotNullWhen(false)] out string? error) =>
        TryRead(
            payload, MaxTelemetryBytes,
            fields => new TelemetrySample(
                SentBy(fields, sender), fields.Integer("session", 0), (int)fields.Integer("sequence", 1, MaxTelemetryLength), fields.Integer("at", 0),
                fields.Integer("watts", -MaxFlexibilityWatts, MaxFlexibilityWatts), TelemetryQualityOf(fields), fields.Hash("key")),
            out sample, out error);

    /// <summary>A kind of order as messages say it.</summary>
    public static string Code(FlexibilityOrderKind kind) => kind switch
    {
        FlexibilityOrderKind.Reserve => "reserve",
        FlexibilityOrderKind.Activate => "activate",
        _ => "release",
    };

    /// <summary>A quality as messages say it.</summary>
    public static string Code(TelemetryQuality quality) => quality switch
    {
        TelemetryQuality.Measured => "measured",
        TelemetryQuality.Calculated => "calculated",
        TelemetryQuality.Stale => "stale",
        _ => "invalid",
    };

    private static Signed<FlexibilityOrder> OrderOf(JsonFields fields)
    {
        var kind = fields.Text("kind", MaxCodeLength) switch
        {
            "reserve" => FlexibilityOrderKind.Reserve,
            "activate" => FlexibilityOrderKind.Activate,
            "release" => FlexibilityOrderKind.Release,
            _ => throw fields.Wrong("kind", "must be reserve, activate or release"),
        };
        var change = fields.Integer("changeWatts", -MaxFlexibilityWatts, MaxFlexibilityWatts);
        return change == 0 && kind == FlexibilityOrderKind.Reserve
            ? throw fields.Wrong("changeWatts", "must not be 0 in a reservation")
            : Sign(fields, new FlexibilityOrder(
                fields.Member("bsp"), fields.Member("member"), fields.Integer("number", 1), fields.Integer("id", 1), kind, fields.Integer("offer", 0), FirstOf(fields),
                (int)fields.Integer("periods", 1, MaxProgramPeriods), change, new Price(fields.Integer("priceMicroEurPerKWh", -MaxPrice, MaxPrice))));
    }

    private static FlexibilitySpan SpanOf(JsonFields fields) => new(
        FirstOf(fields), (int)fields.Integer("periods", 1, MaxHoldingPeriods), StepsOf(fields, "up", rises: true), StepsOf(fields, "down", rises: false),
        [.. Integers(fields, "upReboundWh", 0, MaxReboundHours, MaxFlexibilityWatts)], [.. Integers(fields, "downReboundWh", 0, MaxReboundHours, MaxFlexibilityWatts)]);

    private static ImmutableArray<FlexibilityStep> StepsOf(JsonFields fields, string name, bool rises)
    {
        var array = AtMost(fields, name, MaxFlexibilitySteps).Array(name);
        var steps = ImmutableArray.CreateBuilder<FlexibilityStep>(array.GetArrayLength());
        var watts = 0L;
        foreach (var pair in array.EnumerateArray())
        {
            var where = $"{name}[{steps.Count}]";
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2)
            {
                throw fields.Wrong(where, "must be [power in W, price in µEUR/kWh]");
            }

            var step = new FlexibilityStep(
                JsonFields.IntegerOf(pair[0], where + "[0]", 1, MaxFlexibilityWatts), new Price(JsonFields.IntegerOf(pair[1], where + "[1]", -MaxPrice, MaxPrice)));
            watts += step.Watts;
            if (watts > MaxFlexibilityWatts)
            {
                throw fields.Wrong(name, $"must not come to more than {MaxFlexibilityWatts} W");
            }

            if (steps.Count > 0 && (rises ? step.Price < steps[^1].Price : step.Price > steps[^1].Price))
            {
                throw fields.Wrong(where, rises ? "must not be cheaper than the step before" : "must not be dearer than the step before");
            }

            steps.Add(step);
        }

        return steps.DrainToImmutable();
    }

    private static Signed<T> Sign<T>(JsonFields fields, T content)
        where T : class => new(content, fields.Signature());

    private static TelemetryQuality TelemetryQualityOf(JsonFields fields) => fields.Text("quality", MaxCodeLength) switch
    {
        "measured" => TelemetryQuality.Measured,
        "calculated" => TelemetryQuality.Calculated,
        "stale" => TelemetryQuality.Stale,
        "invalid" => TelemetryQuality.Invalid,
        _ => throw fields.Wrong("quality", "must be measured, calculated, stale or invalid"),
    };

    // Far beyond any price of energy, and far from where sums of them would overflow.
    private const long MaxPrice = 1_000_000_000;

    // Two days from the last period that there can be, so that no end of a span overflows.
    private static Period FirstOf(JsonFields fields) => new(fields.Integer("period", 0, long.MaxValue / 1_000_000));

    private static MemberId SentBy(JsonFields fields, MemberId? sender)
    {
        var member = fields.Member("member");
        return sender is { } expected && member != expected ? throw fields.Wrong("member", $"is not the member of the topic, {expected}") : member;
    }

    private static JsonFields AtMost(JsonFields fields, string name, int most) =>
        fields.Array(name).GetArrayLength() <= most ? fields : throw fields.Wrong(name, $"must have at most {most} entries");

    private static IEnumerable<long> Integers(JsonFields fields, string name, int least, int most, long largest)
    {
        var array = AtMost(fields, name, most).Array(name);
        return array.GetArrayLength() >= least
            ? array.EnumerateArray().Select((value, index) => JsonFields.IntegerOf(value, $"{name}[{index}]", -largest, largest))
            : throw fields.Wrong(name, $"must have at least {least} entries");
    }

    private static void Write(Utf8JsonWriter json, string name, ImmutableArray<FlexibilityStep> steps)
    {
        json.WriteStartArray(name);
        foreach (var step in steps)
        {
            json.WriteStartArray();
            json.WriteNumberValue(step.Watts);
            json.WriteNumberValue(step.Price.MicroEurPerKWh);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, ImmutableArray<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
