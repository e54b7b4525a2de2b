using System.Buffers;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Channel;
using MQTTnet.Exceptions;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>
/// Follows the lengths of incoming packets (MQTT 5, 1.5.5 and 2.1) and ends the connection at the header of one that is too large,
/// before memory is set aside for it. MQTTnet's server has no such limit of its own.
/// </summary>
internal sealed class BoundedChannel(IMqttChannel inner, int maxPacketBytes) : IMqttChannel
{
    private volatile int _maxPacketBytes = maxPacketBytes;
    private int _bodyLeft;
    private int _length;
    private int _lengthBytes;
    private bool _inLength;

    public X509Certificate2 ClientCertificate => inner.ClientCertificate;

    public EndPoint RemoteEndPoint => inner.RemoteEndPoint;

    public EndPoint LocalEndPoint => inner.LocalEndPoint;

    public bool IsSecureConnection => inner.IsSecureConnection;

    public void Allow(int bytes) => _maxPacketBytes = bytes;

    public Task ConnectAsync(CancellationToken cancellationToken) => inner.ConnectAsync(cancellationToken);

    public Task DisconnectAsync(CancellationToken cancellationToken) => inner.DisconnectAsync(cancellationToken);

    public async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        var read = await inner.ReadAsync(buffer, offset, count, cancellationToken).ConfigureAwait(false);
        Follow(buffer.AsSpan(offset, read));
        return read;
    }

    public Task WriteAsync(ReadOnlySequence<byte> buffer, bool isEndOfPacket, CancellationToken cancellationToken) =>
        inner.WriteAsync(buffer, isEndOfPacket, cancellationToken);

    public void Dispose() => inner.Dispose();

    private void Follow(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_bodyLeft > 0)
            {
                var taken = Math.Min(_bodyLeft, bytes.Length);
                _bodyLeft -= taken;
                bytes = bytes[taken..];
            }
            else if (!_inLength)
            {
                (_inLength, _length, _lengthBytes) = (true, 0, 0);
                bytes = bytes[1..];
            }
            else
            {
                FollowLength(bytes[0]);
                bytes = bytes[1..];
            }
        }
    }

    // Seven bits a byte, least significant first; the top bit says that another one follows, four at most.
    private void FollowLength(byte next)
    {
        _length |= (next & 0x7F) << (7 * _lengthBytes);
        _lengthBytes++;
        if (_length > _maxPacketBytes || (_lengthBytes == 4 && next >= 0x80))
        {
            throw new MqttProtocolViolationException($"A packet of {_length} bytes or more; at most {_maxPacketBytes} are taken.");
        }

        if (next < 0x80)
        {
            (_inLength, _bodyLeft) = (false, _length);
        }
    }
}
