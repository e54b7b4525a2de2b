using System.Diagnostics.CodeAnalysis;
using VirtualEnergy.P2P.BspGateway.Api;
using VirtualEnergy.P2P.BspGateway.Telecontrol;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>What a system operator asks for, whichever way it came.</summary>
/// <param name="Id">Unique for ever; the same request again is answered as before.</param>
/// <param name="Watts">As in <see cref="TsoCommand"/>.</param>
/// <param name="Start">Null: at once.</param>
/// <param name="Hold">Null: as long as it is sold, or the market lets it.</param>
/// <param name="Revokes">Null: what is in force.</param>
/// <param name="Way">As pages show it.</param>
public sealed record OrderRequest(string Id, string Unit, TsoCommandKind Kind, long Watts, DateTimeOffset? Start, TimeSpan? Hold, string? Revokes, string Way)
{
    public const string Telecontrol = "IEC 104";
    public const string Http = "HTTP";
    public const string Esmp = "ESMP";

    private const long MostWatts = 1_000_000_000_000;
    private const int MostHoldSeconds = 7 * 86_400;

    /// <summary>Reads what came over HTTP. Whether it can be carried out is another question.</summary>
    /// <param name="fault">What is wrong and what would be right, in one sentence.</param>
    public static bool TryRead(OrderMessage message, [NotNullWhen(true)] out OrderRequest? request, out string fault)
    {
        TsoCommandKind? kind = message.Kind switch
        {
            "regulation" => TsoCommandKind.Regulate,
            "revocation" => TsoCommandKind.Revoke,
            "limitation" => TsoCommandKind.Limit,
            "lift" => TsoCommandKind.LiftLimit,
            _ => null,
        };
        fault = message.Id is not { Length: >= 1 and <= 64 } || message.Id.AsSpan().ContainsAnyExceptInRange('!', '~') ? "'id' must be 1 to 64 printable characters without blanks."
            : message.Unit is not { Length: >= 1 and <= 64 } ? "'unit' must be the name of a unit."
            : kind is null ? "'kind' must be regulation, revocation, limitation or lift."
            : message.Watts is < -MostWatts or > MostWatts ? "'watts' is beyond a million MW."
            : message.HoldSeconds is < 1 or > MostHoldSeconds ? $"'holdSeconds' must be 1 to {MostHoldSeconds}."
            : message.Start is { Year: < 2000 or > 2999 } ? "'start' must lie between the years 2000 and 2999."
            : "";
        request = fault.Length > 0 ? null : new OrderRequest(
            message.Id!, message.Unit!, kind!.Value, message.Watts, message.Start, message.HoldSeconds is { } hold ? TimeSpan.FromSeconds(hold) : null, message.Revokes, Http);
        return request is not null;
    }
}
