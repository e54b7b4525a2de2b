using System.Collections.Immutable;
using System.Net;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node.S2.Discovery;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.S2;

public sealed class S2DiscoveryTests
{
    private static readonly S2Endpoint Manager = new("ve-0d9f3c54", EnergyManagementRole.Cem, "Anna's home", new Uri("https://192.168.1.5:8443/pairing/"));
    private static readonly IPAddress[] Addresses = [IPAddress.Parse("192.168.1.5")];
    private static readonly DnsName Service = new("_s2connect", "_tcp", "local");

    [Fact]
    public void The_example_of_the_DNS_specification_is_read()
    {
        // RFC 1035, section 4.1.4: F.ISI.ARPA, and FOO before a pointer to it.
        byte[] message = [0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, .. "\u0001F\u0003ISI\u0004ARPA\0"u8, 0, 1, 0, 1, .. "\u0003FOO"u8, 0xC0, 12, 0, 1, 0, 1];
        Assert.True(DnsWire.TryRead(message, out var read));
        Assert.False(DnsWire.TryRead(message.AsSpan(0, message.Length - 1), out _));
        Assert.Equal([new DnsName("F", "ISI", "ARPA"), new DnsName("foo", "f", "isi", "arpa")], read.Questions.Select(question => question.Name));
    }

    [Fact]
    public void An_announcement_comes_back_from_its_bytes_as_it_was()
    {
        var announced = Manager.Announcement(Addresses);
        Assert.True(DnsWire.TryRead(DnsWire.Write(announced), out var read));
        Assert.True(read.IsAnswer);
        Assert.Equal(announced.Records.Where(record => record is not TextRecord), read.Records.Where(record => record is not TextRecord));
        Assert.Equal(announced.Records.OfType<TextRecord>().Single().Texts, read.Records.OfType<TextRecord>().Single().Texts);
        Assert.Equal([Manager], S2Endpoint.In(read, EnergyManagementRole.Cem));
        Assert.Empty(S2Endpoint.In(read, EnergyManagementRole.Rm));
    }

    [Fact]
    public void Who_asks_for_managers_hears_of_this_one_and_who_asks_for_anything_else_does_not()
    {
        var answer = Manager.Answer(S2Endpoint.Question(EnergyManagementRole.Cem), Addresses)!;
        Assert.Equal([Manager], S2Endpoint.In(answer, EnergyManagementRole.Cem));
        Assert.NotNull(Manager.Answer(Asked(Service, DnsType.Pointer), Addresses));
        Assert.NotNull(Manager.Answer(Asked(new DnsName("_services", "_dns-sd", "_udp", "local"), DnsType.Pointer), Addresses));
        var address = Assert.Single(Manager.Answer(Asked(new DnsName("VE-0D9F3C54", "local"), DnsType.Address), Addresses)!.Records);
        Assert.Equal(Addresses[0], Assert.IsType<AddressRecord>(address).Address);

        Assert.Null(Manager.Answer(S2Endpoint.Question(EnergyManagementRole.Rm), Addresses));
        Assert.Null(Manager.Answer(Asked(new DnsName("_http", "_tcp", "local"), DnsType.Pointer), Addresses));
        Assert.Null(Manager.Answer(answer, Addresses)); // answers are not answered
    }

    [Fact]
    public void Who_knows_the_answer_is_not_told_again_before_half_of_its_time_is_over()
    {
        DnsMessage Knowing(uint seconds) => S2Endpoint.Question(EnergyManagementRole.Cem) with
        {
            Records = [new PointerRecord(new DnsName("_cem", "_sub", "_s2connect", "_tcp", "local"), seconds, new DnsName("ve-0d9f3c54").In(Service))],
        };
        Assert.Null(Manager.Answer(Knowing(2_250), Addresses)); // of 75 minutes
        Assert.NotNull(Manager.Answer(Knowing(2_249), Addresses));
    }

    [Theory]
    [InlineData("txtver=2", "pairingUrl=https://a/pairing/")]
    [InlineData("txtver=1", "pairingUrl=http://a/pairing/")]
    [InlineData("txtver=1", "pairingUrl=https://a/pairing")]
    [InlineData("txtver=1", "pairingUrl=https://user:word@a/pairing/")]
    [InlineData("txtver=1", "longpollingUrl=https://a/pairing/")]
    [InlineData("txtver=1", "deployment=WAN", "pairingUrl=https://a/pairing/")]
    [InlineData("pairingUrl=https://a/pairing/")]
    public void What_cannot_be_paired_with_in_a_home_is_left_out(params string[] texts)
    {
        var announced = Manager.Announcement(Addresses);
        Assert.Empty(S2Endpoint.In(announced with { Records = [.. announced.Records.Select(record => record is TextRecord text ? text with { Texts = [.. texts] } : record)] }, EnergyManagementRole.Cem));
        Assert.Empty(S2Endpoint.In(Manager.Announcement(Addresses, isGone: true), EnergyManagementRole.Cem));
    }

    [Theory]
    [InlineData("C0 0C")] // a pointer to itself
    [InlineData("C0 20")] // and one ahead
    [InlineData("01 61 C0 0C")] // in a circle
    [InlineData("40")] // a label of a kind that nobody uses
    [InlineData("3F 61")] // a label that ends behind the message
    [InlineData("01 FF 00")] // no text
    public void A_name_that_leads_nowhere_refuses_the_message(string name)
    {
        byte[] message = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. Convert.FromHexString(name.Replace(" ", "", StringComparison.Ordinal)), 0, 12, 0, 1];
        Assert.False(DnsWire.TryRead(message, out _));
    }

    [Fact]
    public void Names_have_labels_of_63_bytes_and_255_in_all()
    {
        Assert.True(DnsName.IsValid([new string('a', 63)]));
        Assert.False(DnsName.IsValid([new string('a', 64)]));
        Assert.False(DnsName.IsValid([new string('ä', 32)]));
        Assert.False(DnsName.IsValid([""]));
        Assert.True(DnsName.IsValid([.. Enumerable.Repeat(new string('a', 49), 5)])); // 5 × 50 + 1 = 251
        Assert.False(DnsName.IsValid([.. Enumerable.Repeat(new string('a', 50), 5)])); // 256
    }

    [Fact]
    public async Task A_manager_is_found_on_the_network_and_not_any_more_when_it_is_gone()
    {
        var port = FreePort();
        var cancellation = TestContext.Current.CancellationToken;
        using var looking = MulticastDns.Open([IPAddress.Loopback], port);
        await using (var announcer = new S2Announcer(MulticastDns.Open([IPAddress.Loopback], port), Manager, TimeProvider.System, new KeptLog()))
        {
            announcer.Start();
            Assert.Equal([Manager], await S2Finder.FindAsync(looking, EnergyManagementRole.Cem, TimeSpan.FromSeconds(60), TimeProvider.System, cancellation, found => found == Manager));
        }

        // Taken back: the last that is heard of it holds for no time at all.
        ImmutableArray<DnsRecord> last;
        do
        {
            last = (await looking.ReceiveAsync(cancellation)).Records;
        }
        while (last.IsEmpty || last[0].Seconds > 0);
        Assert.All(last, record => Assert.Equal(0u, record.Seconds));
    }

    private static DnsMessage Asked(DnsName name, DnsType type) => new(false, [new DnsQuestion(name, type)], []);

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.Client.LocalEndPoint!).Port;
    }
}
