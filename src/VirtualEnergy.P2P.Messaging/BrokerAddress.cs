using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>Where a broker is: <c>mqtt://host:1883</c>, or <c>mqtts://host:8883</c> with TLS. The port may be left out.</summary>
public sealed record BrokerAddress(string Host, int Port, bool UseTls = false)
{
    public static BrokerAddress Local(int port) => new("127.0.0.1", port);

    /// <exception cref="FormatException">Not such an address; the message says what one looks like.</exception>
    public static BrokerAddress Parse(string text) => TryParse(text, out var address)
        ? address
        : throw new FormatException($"'{text}' is not a broker's address: write mqtt://host:1883, or mqtts://host:8883 for TLS.");

    public static bool TryParse(string? text, [NotNullWhen(true)] out BrokerAddress? address)
    {
        address = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("mqtt" or "mqtts")
            || uri.Host.Length == 0 || uri.PathAndQuery is not ("" or "/") || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0 || uri.Port == 0)
        {
            return false;
        }

        var useTls = uri.Scheme == "mqtts";
        address = new BrokerAddress(uri.DnsSafeHost, uri.Port > 0 ? uri.Port : useTls ? 8883 : 1883, useTls);
        return true;
    }

    public override string ToString()
    {
        var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return string.Create(CultureInfo.InvariantCulture, $"{(UseTls ? "mqtts" : "mqtt")}://{host}:{Port}");
    }
}
