using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using VirtualEnergy.P2P.Node.Drivers;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary>Asks the node that runs on this machine by a home's configuration.</summary>
internal static class DoorClient
{
    private const int MostBytes = 1 << 20;

    /// <param name="config">The home's configuration file.</param>
    /// <returns>Null where no node runs by it on this machine.</returns>
    /// <exception cref="UserErrorException">A node runs, and does not answer.</exception>
    public static Task<DoorAnswer?> AskAsync(string config, DoorQuestion question, TimeSpan patience, TimeProvider time, CancellationToken cancellation) =>
        AskAsync(MemberDoor.Beside(Path.GetFullPath(config)), question, DoorJson.Default.DoorQuestion, DoorJson.Default.DoorAnswer, patience, time, cancellation);

    /// <param name="path">The socket's file.</param>
    /// <returns>Null where nobody listens there.</returns>
    /// <exception cref="UserErrorException">Somebody listens, and does not answer.</exception>
    public static async Task<TAnswer?> AskAsync<TQuestion, TAnswer>(
        string path, TQuestion question, JsonTypeInfo<TQuestion> questionType, JsonTypeInfo<TAnswer> answerType, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
        where TAnswer : class
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), either.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SocketException { SocketErrorCode: SocketError.ConnectionRefused } or ArgumentException)
        {
            // A node that was killed leaves its door behind.
            return null;
        }
        catch (SocketException failure)
        {
            throw new UserErrorException($"{path}: {failure.Message}; the node that runs there may be another user's.", failure);
        }

        try
        {
            await socket.SendAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(question, questionType), (byte)'\n'], either.Token).ConfigureAwait(false);
            return JsonSerializer.Deserialize(await ReadAsync(socket, either.Token).ConfigureAwait(false), answerType) ?? throw new JsonException("nothing");
        }
        catch (Exception failure) when (failure is SocketException or JsonException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new UserErrorException($"{path}: the node that runs there does not answer; is it of this version?", failure);
        }
    }

    private static async Task<byte[]> ReadAsync(Socket socket, CancellationToken cancellation)
    {
        using var answer = new MemoryStream();
        var part = new byte[4_096];
        while (answer.Length < MostBytes && await socket.ReceiveAsync(part, cancellation).ConfigureAwait(false) is > 0 and var read)
        {
            answer.Write(part, 0, read);
        }

        return answer.ToArray();
    }
}
