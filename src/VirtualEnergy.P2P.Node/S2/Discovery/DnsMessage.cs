using System.Collections.Immutable;
using System.Net;

namespace VirtualEnergy.P2P.Node.S2.Discovery;

/// <summary>The types of records that finding a service takes (RFC 1035, RFC 2782, RFC 3596).</summary>
public enum DnsType : ushort
{
    Address = 1,
    Pointer = 12,
    Text = 16,
    AddressV6 = 28,
    Service = 33,
    Any = 255,
}

/// <summary>What a message asks for, in class IN.</summary>
public readonly record struct DnsQuestion(DnsName Name, DnsType Type);

/// <summary>A record of class IN.</summary>
/// <param name="Name">Whose.</param>
/// <param name="Seconds">How long it may be kept; 0 takes it back.</param>
public abstract record DnsRecord(DnsName Name, DnsType Type, uint Seconds);

/// <summary>There is a service of this name.</summary>
public sealed record PointerRecord(DnsName Name, uint Seconds, DnsName Target) : DnsRecord(Name, DnsType.Pointer, Seconds);

/// <summary>The service is at this host's port.</summary>
public sealed record ServiceRecord(DnsName Name, uint Seconds, ushort Port, DnsName Host) : DnsRecord(Name, DnsType.Service, Seconds);

/// <summary>What the service says of itself, as key=value.</summary>
public sealed record TextRecord(DnsName Name, uint Seconds, ImmutableArray<string> Texts) : DnsRecord(Name, DnsType.Text, Seconds)
{
    /// <summary>The value of a key, in whatever case; the first counts.</summary>
    public string? Value(string key) => Texts.FirstOrDefault(text => text.StartsWith(key + "=", StringComparison.OrdinalIgnoreCase))?[(key.Length + 1)..];
}

/// <summary>The host's address.</summary>
public sealed record AddressRecord(DnsName Name, uint Seconds, IPAddress Address)
    : DnsRecord(Name, Address.GetAddressBytes().Length == 4 ? DnsType.Address : DnsType.AddressV6, Seconds);

/// <summary>A message of multicast DNS (RFC 6762), as far as finding services takes.</summary>
/// <param name="IsAnswer">An answer or announcement; else a question.</param>
/// <param name="Records">What is answered; in a question, what the asker knows already. Records of other types are left out.</param>
public sealed record DnsMessage(bool IsAnswer, ImmutableArray<DnsQuestion> Questions, ImmutableArray<DnsRecord> Records);
