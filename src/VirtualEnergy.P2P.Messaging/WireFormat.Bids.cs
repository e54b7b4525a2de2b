using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Messaging;

public static partial class WireFormat
{
    public static byte[] Write(BidMessage message) => CanonicalWriter.TryWrite(message, out var written) ? written : WriteAny(message);

    public static byte[] Write(BidReceipt receipt) => CanonicalWriter.TryWrite(receipt, out var written) ? written : WriteAny(receipt);

    private static byte[] WriteAny(BidMessage message) => Written(json =>
    {
        json.WriteString("member", message.Bid.Member.Value);
        json.WriteNumber("period", message.Bid.Period.Index);
        json.WriteNumber("number", message.Bid.Number);
        WriteSteps(json, "buy", message.Bid.Buy);
        WriteSteps(json, "sell", message.Bid.Sell);
        WritePreferences(json, message.Bid.Preferences);
        json.WriteString("signature", Hex(message.Signature.AsSpan()));
    });

    /// <summary>
    /// Reads a bid so far that admission can judge it: 33 steps, crossing steps or a negative energy are read here and
    /// refused there, each with its own reason.
    /// </summary>
    /// <param name="payload">Any bytes.</param>
    /// <param name="sender">The member of the topic; a bid in another member's name is malformed. Null does not compare.</param>
    public static bool TryReadBid(
        ReadOnlySpan<byte> payload, MemberId? sender, [NotNullWhen(true)] out BidMessage? message, [NotNullWhen(false)] out BidRefusal? refusal)
    {
        message = null;
        if (sender is { } from && payload.Length <= MaxBidBytes && CanonicalBid.TryRead(payload, from, out message))
        {
            refusal = null;
            return true;
        }

        if (payload.Length > MaxBidBytes)
        {
            refusal = new BidRefusal(RejectionReason.TooLarge, TooLarge(payload.Length, MaxBidBytes));
            return false;
        }

        Period? period = null;
        long? number = null;
        try
        {
            var fields = JsonFields.Parse(payload);
            period = fields.Period();
            number = fields.Integer("number", 0);
            var member = fields.Member("member");
            if (sender is { } expected && member != expected)
            {
                throw fields.Wrong("member", $"is not the member of the topic, {expected}");
            }

            var (buy, sell) = (fields.Array("buy"), fields.Array("sell"));
            if (buy.GetArrayLength() > MaxReadableSteps || sell.GetArrayLength() > MaxReadableSteps)
            {
                refusal = new BidRefusal(RejectionReason.TooManySteps, $"A bid has at most {Bid.MaxSteps} steps.", period, number);
                return false;
            }

            var bid = new Bid(member, period.Value, number.Value, Steps(buy, "buy"), Steps(sell, "sell"))
            {
                Preferences = fields.Has("preferences") ? PreferencesOf(fields.Object("preferences")) : default,
            };
            message = new BidMessage(bid, fields.Signature());
            refusal = null;
            return true;
        }
        catch (MalformedMessageException malformed)
        {
            refusal = new BidRefusal(RejectionReason.Malformed, malformed.Message, period, number);
            return false;
        }
    }

    private static byte[] WriteAny(BidReceipt receipt) => Written(json =>
    {
        json.WriteString("member", receipt.Member.Value);
        json.WriteNumber("period", receipt.Period.Index);
        json.WriteNumber("number", receipt.Number);
        json.WriteString("bid", receipt.BidHash.ToString());
        json.WriteBoolean("accepted", receipt.Accepted);
        WriteIfAny(json, "reason", receipt.Reason);
        WriteIfAny(json, "detail", receipt.Detail is { Length: > MaxDetailLength } detail ? detail[..MaxDetailLength] : receipt.Detail);
        if (!receipt.Path.IsDefaultOrEmpty)
        {
            json.WriteNumber("place", receipt.Place);
            json.WriteStartArray("path");
            foreach (var sibling in receipt.Path)
            {
                json.WriteStringValue(sibling.ToString());
            }

            json.WriteEndArray();
        }

        if (!receipt.Signature.IsDefaultOrEmpty)
        {
            json.WriteString("signature", Hex(receipt.Signature.AsSpan()));
        }
    });

    /// <summary>Accepted with a signature, or refused with a reason; anything between is refused.</summary>
    public static bool TryReadReceipt(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out BidReceipt? receipt, [NotNullWhen(false)] out string? error) =>
        TryRead(payload, MaxSmallBytes, Receipt, out receipt, out error);

    private static BidReceipt Receipt(JsonFields fields)
    {
        var accepted = fields.Boolean("accepted");
        var reason = fields.TextOrNull("reason", MaxCodeLength);
        if (accepted != (reason is null))
        {
            throw fields.Wrong("reason", "must be there exactly when the bid is refused");
        }

        return new BidReceipt(
            fields.Member("member"), fields.Period(), fields.Integer("number", 0), fields.Hash("bid"), accepted, reason,
            fields.TextOrNull("detail", MaxDetailLength), accepted ? fields.Signature() : [])
        {
            Place = fields.Has("path") ? (int)fields.Integer("place", 0, int.MaxValue) : 0,
            Path = fields.Has("path") ? Hashes(fields, "path") : [],
        };
    }

    private static ImmutableArray<Hash256> Hashes(JsonFields fields, string name)
    {
        var texts = fields.Texts(name, MaxHashLength).Take(MaxPath + 1).ToList();
        return texts.Count <= MaxPath && texts.TrueForAll(text => Hash256.TryParse(text, out _))
            ? [.. texts.Select(text => Hash256.TryParse(text, out var hash) ? hash : default)]
            : throw fields.Wrong(name, $"must be at most {MaxPath} times 0x and 64 hexadecimal digits");
    }

    private static void WriteSteps(Utf8JsonWriter json, string name, ImmutableArray<Step> steps)
    {
        json.WriteStartArray(name);
        foreach (var step in steps)
        {
            json.WriteStartArray();
            json.WriteNumberValue(step.Price.MicroEurPerKWh);
            json.WriteNumberValue(step.Energy.WattHours);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static ImmutableArray<Step> Steps(JsonElement array, string name)
    {
        var steps = ImmutableArray.CreateBuilder<Step>(array.GetArrayLength());
        foreach (var pair in array.EnumerateArray())
        {
            var where = $"{name}[{steps.Count}]";
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2)
            {
                throw new MalformedMessageException($"{where} must be [price in µEUR/kWh, energy in Wh].");
            }

            steps.Add(new Step(
                new Price(JsonFields.IntegerOf(pair[0], $"{where}[0]")), new Energy(JsonFields.IntegerOf(pair[1], $"{where}[1]"))));
        }

        return steps.MoveToImmutable();
    }

    private static void WritePreferences(Utf8JsonWriter json, Preferences preferences)
    {
        if (preferences.IsNone)
        {
            return;
        }

        json.WriteStartObject("preferences");
        WriteUnlessZero(json, "greenMicroEurPerKWh", preferences.GreenPremium);
        WriteUnlessZero(json, "localMicroEurPerKWh", preferences.LocalPremium);
        WriteIfAny(json, "partner", preferences.Partner?.Value);
        WriteUnlessZero(json, "partnerMicroEurPerKWh", preferences.PartnerPremium);
        json.WriteEndObject();
    }

    private static Preferences PreferencesOf(JsonFields fields) => new(
        new Price(fields.IntegerOrNull("greenMicroEurPerKWh") ?? 0),
        new Price(fields.IntegerOrNull("localMicroEurPerKWh") ?? 0),
        fields.MemberOrNull("partner"),
        new Price(fields.IntegerOrNull("partnerMicroEurPerKWh") ?? 0));

    private static void WriteIfAny(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}
