using System.Globalization;
using System.Net;
using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Frames;
using VirtualEnergy.P2P.Iec104.Link;

namespace VirtualEnergy.P2P.Iec104.Stations;

/// <summary>Who is at the other end.</summary>
/// <param name="CertificateSubject">Of the certificate that it proved to hold; null without TLS.</param>
public readonly record struct Peer(IPEndPoint EndPoint, string? CertificateSubject = null)
{
    public override string ToString() => CertificateSubject is null ? $"{EndPoint}" : $"{EndPoint} ({CertificateSubject})";
}

/// <summary>What happened at a station.</summary>
public enum NoticeKind
{
    Connected,

    /// <summary>A connection was not taken on; the text says why.</summary>
    Refused,
    Started,
    Stopped,
    Closed,

    /// <summary>An ASDU was left out, because it cannot be answered.</summary>
    AsduIgnored,

    /// <summary>Events were dropped, the oldest first, because a group's buffer is full; said at the first and again when a station starts.</summary>
    EventsDropped,

    /// <summary>A handler of the application threw; what it was asked was refused.</summary>
    HandlerFailed,
}

/// <summary>For a log: one thing that happened at a station.</summary>
public readonly record struct StationNotice(NoticeKind Kind, string Peer, string Text)
{
    public override string ToString() => $"{Kind}: {Peer}{(Text.Length > 0 ? ": " : "")}{Text}";

    internal static StationNotice Closed(string peer, LinkSession link) =>
        new(NoticeKind.Closed, peer, link.FrameFault == FrameFault.None ? $"{link.CloseReason}" : $"{link.CloseReason} ({link.FrameFault})");

    internal static StationNotice Ignored(string peer, byte type, AsduFault fault) =>
        new(NoticeKind.AsduIgnored, peer, string.Create(CultureInfo.InvariantCulture, $"type {type}: {fault}"));
}
