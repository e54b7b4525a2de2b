using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.BspGateway.Xml;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>A trade as one line of JSON, to be appended to a file and read at the next start: its state and its messages as they were written.</summary>
public static class FlexTradeLine
{
    public static string Write(FlexTrade trade) => JsonSerializer.Serialize(new Line(trade.State.ToString(), trade.Why, Text(trade.Offer)!, Text(trade.Request), Text(trade.Order)));

    /// <summary>The trade, or null for a line that is none: one that was broken off, for one.</summary>
    public static FlexTrade? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Line>(line) is { Offer: { } written } kept
                && Message<FlexOffer>(written) is { } offer
                && Enum.TryParse<FlexTradeState>(kept.State, out var state) && Enum.GetName(state) == kept.State
                && Message<FlexRequest>(kept.Request) is var request && request is null == kept.Request is null
                && Message<FlexOrder>(kept.Order) is var order && order is null == kept.Order is null
                ? new FlexTrade(offer, request, state, order, kept.Why)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(UftpMessage? message) => message is null ? null : Encoding.UTF8.GetString(UftpCodec.Write(message));

    private static T? Message<T>(string? text)
        where T : UftpMessage
        => text is { Length: <= BoundedXml.MostBytes } ? UftpCodec.Read(Encoding.UTF8.GetBytes(text), out _) as T : null;

    private sealed record Line(string State, string? Why, string Offer, string? Request, string? Order);
}
