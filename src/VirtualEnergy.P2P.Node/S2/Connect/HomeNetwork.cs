using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>Who is in the home: on this machine, or on a network that it is part of.</summary>
/// <remarks>S2 Connect 1.0.0 answers strangers' questions only there, and trusts certificates that vouch for themselves only at local addresses.</remarks>
internal static class HomeNetwork
{
    /// <summary>RFC 1918, RFC 3927 and RFC 4193.</summary>
    private static readonly IPNetwork[] Private =
        [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fc00::/7")];

    public static bool Holds(IPAddress? address) => Holds(address, Networks);

    /// <param name="networks">Those that this machine is on, asked for only where an address is none of its own.</param>
    internal static bool Holds(IPAddress? address, Func<IEnumerable<IPNetwork>> networks)
    {
        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain) || plain.IsIPv6LinkLocal || networks().Any(network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }

    /// <summary>In the home, or with an address that is used in homes and offices alone: a home may have several networks.</summary>
    public static bool IsLocal(IPAddress? address) => Holds(address) || (address is not null && Private.Any(network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)));

    private static IEnumerable<IPNetwork> Networks()
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces().Where(card => card.OperationalStatus == OperationalStatus.Up)
                .SelectMany(card => card.GetIPProperties().UnicastAddresses)
                .Where(own => own.Address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 && own.PrefixLength > 0)
                .Select(own => NetworkOf(own.Address, own.PrefixLength))];
        }
        catch (NetworkInformationException)
        {
            // Nobody knows which networks there are.
            return [];
        }
    }

    internal static IPNetwork NetworkOf(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)(0xFF ^ (0x80 >> (bit % 8)));
        }

        return new IPNetwork(new IPAddress(bytes), prefix);
    }
}
