using System.Text.Json;
using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>Who a node is. Source of all of these: the OpenAPI files of S2 Connect 1.0.</summary>
/// <param name="Id">A UUID.</param>
/// <param name="Role">Manager or device.</param>
public sealed record NodeDescription(Guid Id, string Brand, string Type, string ModelName, EnergyManagementRole Role, string? UserDefinedName = null);

/// <param name="Deployment">LAN for everything in a home.</param>
public sealed record EndpointDescription(string Deployment = "LAN", string? Name = null);

internal sealed record RequestPairing(
    NodeDescription ClientNodeDescription,
    EndpointDescription ClientEndpointDescription,
    string[] SupportedCommunicationProtocols,
    [property: JsonPropertyName("supportedS2MessageVersions")] string[] SupportedMessageVersions,
    string[] SupportedHmacHashingAlgorithms,
    byte[] ClientHmacChallenge,
    Guid? NodeId = null,
    string? NodeIdAlias = null,
    bool ForcePairing = false);

internal sealed record PairingAccepted(
    string PairingAttemptId,
    NodeDescription ServerNodeDescription,
    EndpointDescription ServerEndpointDescription,
    string SelectedHmacHashingAlgorithm,
    byte[] ClientHmacChallengeResponse,
    byte[] ServerHmacChallenge);

internal sealed record RequestConnectionDetails(byte[] ServerHmacChallengeResponse);

/// <param name="CertificateFingerprint">Of the certificate that signs, by name of the hash, Base64; told where the client is asked for sessions.</param>
internal sealed record ConnectionDetails(Uri InitiateSessionUrl, string AccessToken, Dictionary<string, byte[]>? CertificateFingerprint = null);

internal sealed record PostConnectionDetails(byte[] ServerHmacChallengeResponse, ConnectionDetails ConnectionDetails);

internal sealed record FinalizePairing(bool Success);

internal sealed record PreparePairing(NodeDescription ClientNodeDescription, EndpointDescription ClientEndpointDescription, Guid ServerNodeId);

internal sealed record CancelPreparePairing(Guid ClientNodeId, Guid ServerNodeId);

/// <summary>A device of a client that waits to be paired.</summary>
/// <param name="ClientNodeDescription">Told only when it was asked for.</param>
/// <param name="ErrorMessage">Why it did not pair when it was asked to.</param>
internal sealed record WaitForPairing(Guid ClientNodeId, NodeDescription? ClientNodeDescription = null, EndpointDescription? ClientEndpointDescription = null, string? ErrorMessage = null);

/// <param name="Action">One of <see cref="WaitActions"/>.</param>
internal sealed record WaitInstruction(Guid ClientNodeId, string Action);

/// <summary>What a device that waits is asked to do.</summary>
internal static class WaitActions
{
    public const string SendNodeDescription = "sendNodeDescription";
    public const string PreparePairing = "preparePairing";
    public const string CancelPreparePairing = "cancelPreparePairing";
    public const string RequestPairing = "requestPairing";
    public const string NoValidToken = "NoValidTokenOnPairingClient";
}

internal sealed record InitiateSession(
    Guid ClientNodeId,
    Guid ServerNodeId,
    [property: JsonPropertyName("supportedS2MessageVersions")] string[] SupportedMessageVersions,
    string[] SupportedCommunicationProtocols);

internal sealed record SessionGrant(
    string SelectedCommunicationProtocol, [property: JsonPropertyName("selectedS2MessageVersion")] string SelectedMessageVersion, string AccessToken);

internal sealed record CommunicationDetails(string CommunicationProtocol, string WebsocketToken, Uri WebsocketUrl);

internal sealed record Unpair(Guid ClientNodeId, Guid ServerNodeId);

/// <param name="ErrorMessage">One of the names that the OpenAPI files list.</param>
internal sealed record ConnectError(string ErrorMessage, string? AdditionalInfo = null);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    PropertyNameCaseInsensitive = false,
    NumberHandling = JsonNumberHandling.Strict,
    MaxDepth = 8)]
[JsonSerializable(typeof(RequestPairing))]
[JsonSerializable(typeof(PairingAccepted))]
[JsonSerializable(typeof(RequestConnectionDetails))]
[JsonSerializable(typeof(ConnectionDetails))]
[JsonSerializable(typeof(PostConnectionDetails))]
[JsonSerializable(typeof(EndpointDescription))]
[JsonSerializable(typeof(NodeDescription[]))]
[JsonSerializable(typeof(PreparePairing))]
[JsonSerializable(typeof(CancelPreparePairing))]
[JsonSerializable(typeof(WaitForPairing[]))]
[JsonSerializable(typeof(WaitInstruction[]))]
[JsonSerializable(typeof(FinalizePairing))]
[JsonSerializable(typeof(InitiateSession))]
[JsonSerializable(typeof(SessionGrant))]
[JsonSerializable(typeof(CommunicationDetails))]
[JsonSerializable(typeof(Unpair))]
[JsonSerializable(typeof(ConnectError))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(PairedNode[]))]
[JsonSerializable(typeof(ManagerPairing))]
internal sealed partial class ConnectJson : JsonSerializerContext
{
    public const string HashingAlgorithm = "SHA256";

    public const string Protocol = "WebSocket";
}
