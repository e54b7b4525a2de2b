using System.Collections.Immutable;
using System.Net;
using System.Text;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Node.S2.Discovery;

/// <summary>An endpoint of S2 Connect on the home's network, as DNS-SD tells of it: the service <c>_s2connect._tcp</c>, subtypes <c>_cem</c> and <c>_rm</c>.</summary>
/// <remarks>Nothing in it can be relied on before pairing has shown who is there. Source: S2 Connect 1.0.0, DNS-SD based discovery.</remarks>
/// <param name="Host">First label of its host's name below <c>local</c>, and the name of the service.</param>
/// <param name="Role">Manager or device.</param>
/// <param name="Name">What people call it; null where it does not say.</param>
/// <param name="Pairing">Where pairing begins; https, ends with a slash. This counts, not host and port.</param>
public sealed record S2Endpoint(string Host, EnergyManagementRole Role, string? Name, Uri Pairing)
{
    /// <summary>Where devices that are no servers wait to be paired; null where they cannot.</summary>
    public Uri? Waiting { get; init; }

    /// <summary>How long others may keep what is told: addresses two minutes, the rest 75 (RFC 6762, section 10).</summary>
    private const uint HostSeconds = 120;

    private const uint OtherSeconds = 4_500;

    private const int MostTextBytes = 255;

    private static readonly DnsName Local = new("local");
    private static readonly DnsName Service = new DnsName("_s2connect", "_tcp").In(Local);
    private static readonly DnsName AllServices = new DnsName("_services", "_dns-sd", "_udp").In(Local);

    private DnsName HostName => new DnsName(Host).In(Local);

    private DnsName Instance => new DnsName(Host).In(Service);

    /// <summary>Services that host such a role.</summary>
    internal static DnsName Of(EnergyManagementRole role) => new DnsName(role == EnergyManagementRole.Cem ? "_cem" : "_rm", "_sub").In(Service);

    /// <summary>What others ask to find endpoints of a role.</summary>
    public static DnsMessage Question(EnergyManagementRole role) => new(false, [new DnsQuestion(Of(role), DnsType.Pointer)], []);

    /// <summary>Everything that is told at the start, and taken back at the end.</summary>
    /// <param name="isGone">True takes it back.</param>
    public DnsMessage Announcement(IEnumerable<IPAddress> addresses, bool isGone = false)
    {
        var (host, other) = isGone ? (0u, 0u) : (HostSeconds, OtherSeconds);
        var texts = ((string?[])["txtver=1", "txtvers=1", Name is null ? null : $"e_name={Name}", "deployment=LAN", $"pairingUrl={Pairing.AbsoluteUri}", Waiting is null ? null : $"longpollingUrl={Waiting.AbsoluteUri}"])
            .OfType<string>().Where(text => Encoding.UTF8.GetByteCount(text) <= MostTextBytes);
        return new DnsMessage(true, [],
        [
            new PointerRecord(Service, other, Instance),
            new PointerRecord(Of(Role), other, Instance),
            new ServiceRecord(Instance, host, (ushort)Pairing.Port, HostName),
            new TextRecord(Instance, other, [.. texts]),
            .. addresses.Select(address => new AddressRecord(HostName, host, address)),
        ]);
    }

    /// <summary>The answer to a question of somebody on the network; null where it is not about this endpoint, or its asker knows the answer.</summary>
    public DnsMessage? Answer(DnsMessage question, IEnumerable<IPAddress> addresses)
    {
        if (question.IsAnswer)
        {
            return null;
        }

        var all = Announcement(addresses);
        var asked = all.Records.Where(record => question.Questions.Any(one => one.Name == record.Name && (one.Type == record.Type || one.Type == DnsType.Any))
            && !question.Records.Any(known => IsFresh(known, record))).ToList();
        if (question.Questions.Any(one => one.Name == AllServices && one.Type is DnsType.Pointer or DnsType.Any))
        {
            asked.Add(new PointerRecord(AllServices, OtherSeconds, Service));
        }

        // Who asks for the service wants to know where it is and what it says, too.
        return asked.Count == 0 ? null : all with { Records = asked.Exists(record => record is PointerRecord { Target: var target } && target == Instance) ? [.. asked.Union(all.Records)] : [.. asked] };
    }

    /// <summary>The endpoints of a role that a message tells of. What makes no sense is left out.</summary>
    public static IEnumerable<S2Endpoint> In(DnsMessage message, EnergyManagementRole role) =>
        message.Records.OfType<PointerRecord>().Where(pointer => message.IsAnswer && pointer.Name == Of(role) && pointer.Seconds > 0).Select(pointer => pointer.Target).Distinct()
            .Select(instance => Read(instance, role, message.Records.OfType<TextRecord>().FirstOrDefault(text => text.Name == instance))).OfType<S2Endpoint>();

    private static S2Endpoint? Read(DnsName instance, EnergyManagementRole role, TextRecord? text) =>
        instance.Labels is [var host, .. var service] && new DnsName([.. service]) == Service && text is not null
        && (text.Value("txtver") ?? text.Value("txtvers")) == "1" && text.Value("deployment") is null or "LAN"
        && Address(text.Value("pairingUrl")) is { } pairing
            ? new S2Endpoint(host, role, text.Value("e_name"), pairing) { Waiting = Address(text.Value("longpollingUrl")) }
            : null;

    private static Uri? Address(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps && address.UserInfo.Length == 0 && address.AbsoluteUri.EndsWith('/') ? address : null;

    // Half of its time left is fresh enough not to be told again (RFC 6762, section 7.1).
    private static bool IsFresh(DnsRecord known, DnsRecord record) =>
        known is PointerRecord { Target: var target } pointer && record is PointerRecord own && pointer.Name == own.Name && target == own.Target && known.Seconds >= own.Seconds / 2;
}
