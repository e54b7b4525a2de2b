using System.Security.Cryptography;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>The client's side of one attempt to pair, a device's or a manager's: both sides show that they know the token, then details of sessions are told.</summary>
internal sealed class PairingAttempt
{
    private readonly ConnectHttp _http;
    private readonly Uri _address;
    private readonly string _id;
    private readonly byte[] _answer;

    private PairingAttempt(ConnectHttp http, Uri address, string id, NodeDescription other, byte[] answer) => (_http, _address, _id, Other, _answer) = (http, address, id, other, answer);

    /// <summary>Who the other side is.</summary>
    public NodeDescription Other { get; }

    /// <summary>Begins, and sees whether the other side knows the token.</summary>
    /// <param name="http">With whoever answers.</param>
    /// <param name="pairing">The server's pairing address, without a version.</param>
    /// <param name="expected">What the other side must be.</param>
    /// <exception cref="UserErrorException">It does not know it.</exception>
    public static async Task<PairingAttempt> BeginAsync(
        ConnectHttp http, Uri pairing, NodeDescription self, PairingCode code, EnergyManagementRole expected, RandomNumberGenerator random, CancellationToken stop)
    {
        var address = await http.VersionAsync(pairing, stop).ConfigureAwait(false);
        var challenge = new byte[ChallengeResponse.LeastChallengeBytes];
        random.GetBytes(challenge);
        var accepted = await http.PostAsync(
            new Uri(address, "requestPairing"),
            null,
            new RequestPairing(self, new EndpointDescription(), [ConnectJson.Protocol], [S2Codec.ProtocolVersion], [ConnectJson.HashingAlgorithm], challenge, NodeIdAlias: code.Alias),
            ConnectJson.Default.RequestPairing,
            ConnectJson.Default.PairingAccepted,
            stop).ConfigureAwait(false);
        var attempt = new PairingAttempt(
            http, address, accepted.PairingAttemptId, accepted.ServerNodeDescription, ChallengeResponse.Of(accepted.ServerHmacChallenge, code.Token, http.Leaf));
        if (accepted.ServerNodeDescription.Role == expected && accepted.ServerHmacChallenge.Length >= ChallengeResponse.LeastChallengeBytes
            && ChallengeResponse.Fits(accepted.ClientHmacChallengeResponse, challenge, code.Token, http.Leaf))
        {
            return attempt;
        }

        await attempt.FinalizeAsync(false, stop).ConfigureAwait(false);
        throw new UserErrorException("What answers there does not know this code: check the code and the address; someone may be in between.");
    }

    /// <summary>A device asks its manager where sessions begin.</summary>
    public Task<ConnectionDetails> RequestDetailsAsync(CancellationToken stop) => _http.PostAsync(
        new Uri(_address, "requestConnectionDetails"), _id, new RequestConnectionDetails(_answer), ConnectJson.Default.RequestConnectionDetails, ConnectJson.Default.ConnectionDetails, stop);

    /// <summary>A manager tells its device.</summary>
    public Task PostDetailsAsync(ConnectionDetails details, CancellationToken stop) => _http.PostAsync(
        new Uri(_address, "postConnectionDetails"), _id, new PostConnectionDetails(_answer, details), ConnectJson.Default.PostConnectionDetails, stop);

    /// <summary>Ends the attempt; one that is left without this ends by itself within fifteen seconds.</summary>
    public Task FinalizeAsync(bool success, CancellationToken stop) =>
        _http.PostAsync(new Uri(_address, "finalizePairing"), _id, new FinalizePairing(success), ConnectJson.Default.FinalizePairing, stop);
}
