using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Stations;
using VirtualEnergy.P2P.Iec104.Transport;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Iec104;

/// <summary>Both stations on real sockets: what arrays of bytes cannot show.</summary>
public sealed class LoopbackTests
{
    private static readonly CommonAddress Address = new(5);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_station_that_went_away_is_found_again_and_what_happened_meanwhile_arrives()
    {
        var station = Station();
        var server = ControlledStationServer.Start(station, new IPEndPoint(IPAddress.Loopback, OwnPort.Next()), TimeProvider.System);
        var heard = new Heard();
        await using var controlling = Control(server.EndPoint.Port, heard);
        var first = await controlling.StartedAsync(Cancellation);
        await heard.Until(values => values.Contains(0)); // the interrogation at the start

        await server.DisposeAsync();
        station.Update(Address, InformationObject.MeasuredShortFloat(new ObjectAddress(1), 7));
        await using var again = ControlledStationServer.Start(station, server.EndPoint, TimeProvider.System);

        await heard.Until(values => values.Contains(7));
        Assert.NotSame(first, await controlling.StartedAsync(Cancellation));
    }

    [Fact]
    public async Task When_the_first_host_does_not_answer_the_second_is_tried()
    {
        using var closed = new ClosedPort();
        await using var server = ControlledStationServer.Start(Station(), new IPEndPoint(IPAddress.Loopback, 0), TimeProvider.System);
        await using var controlling = new ControllingStation(
            new ControllingStationOptions { Hosts = [("127.0.0.1", closed.Number), ("127.0.0.1", server.EndPoint.Port)], FirstRetry = TimeSpan.FromMilliseconds(10) }, TimeProvider.System);
        var connection = await controlling.StartedAsync(Cancellation);
        Assert.True((await connection.InterrogateCountersAsync(Address)).IsDone);
    }

    [Fact]
    public async Task A_hostile_peer_is_closed_and_the_others_go_on()
    {
        var station = Station();
        await using var server = ControlledStationServer.Start(station, new IPEndPoint(IPAddress.Loopback, 0), TimeProvider.System);
        await using var controlling = Control(server.EndPoint.Port, new Heard());
        var connection = await controlling.StartedAsync(Cancellation);
        foreach (var hex in new[] { "FF", "6803", "68FE", "680E02000000" + "64010600010000000014", "680403000000" })
        {
            using var hostile = new TcpClient();
            await hostile.ConnectAsync(server.EndPoint, Cancellation);
            await hostile.GetStream().WriteAsync(Convert.FromHexString(hex), Cancellation);
            Assert.Equal(0, await hostile.GetStream().ReadAsync(new byte[10], Cancellation)); // closed, and nothing said
        }

        Assert.True((await connection.InterrogateCountersAsync(Address)).IsDone);
    }

    [Fact]
    public async Task A_flood_of_tests_that_nobody_reads_the_answers_of_stops_being_read()
    {
        var station = Station();
        await using var server = ControlledStationServer.Start(station, new IPEndPoint(IPAddress.Loopback, 0), TimeProvider.System);
        using var hostile = new Socket(SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 4_096, ReceiveBufferSize = 4_096, Blocking = false };
        using (var connect = new CancellationTokenSource(Hang.After))
        {
            await hostile.ConnectAsync(server.EndPoint, connect.Token);
        }

        // TESTFR act without end: the station's answers fill both kernels' buffers, it writes no more, so it reads no more, so this end cannot write.
        var tests = Enumerable.Repeat(Convert.FromHexString("680443000000"), 1_000).SelectMany(frame => frame).ToArray();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(Hang.After);
        var written = 0L;
        var blocked = false;
        while (!blocked)
        {
            deadline.Token.ThrowIfCancellationRequested();
            using var stuck = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
            stuck.CancelAfter(TimeSpan.FromSeconds(2));
            try
            {
                written += await hostile.SendAsync(tests, stuck.Token);
            }
            catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
            {
                blocked = true;
            }
        }

        Assert.True(written > 0);
        await using var controlling = Control(server.EndPoint.Port, new Heard());
        Assert.True((await (await controlling.StartedAsync(Cancellation)).InterrogateCountersAsync(Address)).IsDone);
    }

    [Fact]
    public async Task With_tls_both_ends_show_certificates_that_the_others_authority_vouches_for()
    {
        using var pki = new Pki();
        await using var server = ControlledStationServer.Start(Station(), new IPEndPoint(IPAddress.Loopback, 0), TimeProvider.System, pki.Of("station"));
        await using var controlling = Control(server.EndPoint.Port, new Heard(), pki.Of("control"));
        Assert.True((await (await controlling.StartedAsync(Cancellation)).InterrogateCountersAsync(Address)).IsDone);
    }

    [Theory]
    [InlineData("none")] // plain TCP to a TLS port
    [InlineData("stranger")] // a certificate of another authority
    [InlineData("unwanted")] // a certificate of the authority, of somebody else
    [InlineData("impostor")] // the client meets a server of another authority
    public async Task Without_the_right_certificate_there_is_no_connection(string kind)
    {
        using var pki = new Pki();
        using var other = new Pki();
        var refused = new TaskCompletionSource();
        void Notice(StationNotice notice)
        {
            if (notice.Kind == NoticeKind.Refused)
            {
                refused.TrySetResult();
            }
        }

        var station = Station(Notice);
        var serverTls = (kind == "impostor" ? other.Of("station") : pki.Of("station")) with { Accepts = certificate => certificate.Subject == "CN=control", Authorities = pki.Authorities };
        await using var server = ControlledStationServer.Start(station, new IPEndPoint(IPAddress.Loopback, 0), TimeProvider.System, serverTls);
        TlsOptions? tls = kind switch { "none" => null, "stranger" => other.Of("control") with { Authorities = pki.Authorities }, "unwanted" => pki.Of("somebody"), _ => pki.Of("control") };
        await using var controlling = Control(server.EndPoint.Port, new Heard(), tls, Notice);

        // In TLS 1.3 a client that turns away has shown its own certificate already, so that an impostor has seen a connection end.
        await refused.Task.WaitAsync(Cancellation);
        Assert.True(kind == "impostor" || station.Connections == 0);
        Assert.False(controlling.StartedAsync(Cancellation).IsCompleted);
    }

    private static ControlledStation Station(Action<StationNotice>? notice = null)
    {
        var station = new ControlledStation(new ControlledStationOptions { OnNotice = notice }, TimeProvider.System);
        station.Define(Address, InformationObject.MeasuredShortFloat(new ObjectAddress(1), 0));
        return station;
    }

    private static ControllingStation Control(int port, Heard heard, TlsOptions? tls = null, Action<StationNotice>? notice = null) => new(
        new ControllingStationOptions
        {
            Hosts = [("127.0.0.1", port)],
            Tls = tls,
            FirstRetry = TimeSpan.FromMilliseconds(20),
            Interrogates = [Address],
            Connection = new ControllingConnectionOptions { OnAsdu = heard.Take, OnNotice = notice },
        },
        TimeProvider.System);

    /// <summary>Floats that arrived.</summary>
    private sealed class Heard
    {
        private readonly List<float> _values = [];
        private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Take(in Asdu asdu)
        {
            lock (_values)
            {
                foreach (var item in asdu)
                {
                    if (item.Type == AsduType.MeasuredShortFloat)
                    {
                        _values.Add(item.ShortFloat);
                    }
                }

                _more.TrySetResult();
            }
        }

        public async Task Until(Func<List<float>, bool> condition)
        {
            while (true)
            {
                Task more;
                lock (_values)
                {
                    if (condition(_values))
                    {
                        return;
                    }

                    _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    more = _more.Task;
                }

                await more.WaitAsync(Hang.After, Cancellation);
            }
        }
    }

    /// <summary>An authority and the certificates it gives out.</summary>
    private sealed class Pki : IDisposable
    {
        private readonly X509Certificate2 _root;
        private readonly List<X509Certificate2> _given = [];

        public Pki()
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
            _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        }

        public X509Certificate2Collection Authorities => [_root];

        public TlsOptions Of(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
            using var certificate = request.Create(_root, _root.NotBefore, _root.NotAfter, RandomNumberGenerator.GetBytes(8));
            var own = certificate.CopyWithPrivateKey(key);
            _given.Add(own);
            return new TlsOptions { Certificate = own, Authorities = Authorities };
        }

        public void Dispose()
        {
            _root.Dispose();
            _given.ForEach(certificate => certificate.Dispose());
        }
    }
}
