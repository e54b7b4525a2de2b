namespace VirtualEnergy.P2P.BspGateway.OpenAdr;

/// <summary>A request that the VTN does not carry out, with the HTTP status that says so and words for the client.</summary>
public sealed class VtnRefusalException : Exception
{
    public VtnRefusalException(int status, string message)
        : base(message) => Status = status;

    /// <summary>400, 401, 403, 404 or 409.</summary>
    public int Status { get; }
}
