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

internal sealed record ConnectionDetails(Uri InitiateSessionUrl, string AccessToken);

internal sealed record FinalizePairing(bool Success);

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
