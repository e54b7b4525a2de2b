using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>The broker inside the house, <c>homeBroker</c> in <c>home.json</c>.</summary>
public sealed record HomeBrokerSource
{
    /// <summary><c>mqtt://host:1883</c>, or <c>mqtts://host:8883</c> for TLS.</summary>
    public required string Address { get; init; }

    /// <summary>Left out where the broker lets anybody in.</summary>
    public string? User { get; init; }

    /// <summary>File whose first line is the user's password.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Whether the node announces itself to Home Assistant; it does unless told.</summary>
    public bool HomeAssistant { get; init; } = true;

    /// <summary>Home Assistant's discovery prefix.</summary>
    public string Prefix { get; init; } = NodeTopics.DefaultPrefix;

    /// <summary>The same as the home's own <see cref="HomeConfig.Memory"/>, which goes before it.</summary>
    public string? Memory { get; init; }

    /// <exception cref="UserErrorException">Not a broker's address, a prefix that is no topic, or a password that cannot be read.</exception>
    public HomeBroker Open()
    {
        if (!BrokerAddress.TryParse(Address, out var address))
        {
            throw new UserErrorException($"homeBroker: address is \"{Address}\"; write mqtt://host:1883, or mqtts://host:8883 for TLS.");
        }

        if (Prefix.Length is 0 or > 64 || Prefix.AsSpan().ContainsAny("+#\0"))
        {
            throw new UserErrorException("homeBroker: prefix is the first part of a topic, without + and #; Home Assistant's own is homeassistant.");
        }

        if (PasswordFile is not null && User is null)
        {
            throw new UserErrorException("homeBroker: passwordFile needs a user.");
        }

        return new HomeBroker(address, User, PasswordFile is null ? null : InputFile.Read(PasswordFile, () => File.ReadLines(PasswordFile).FirstOrDefault()));
    }
}
