using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Node.Drivers.HomeAssistant;

/// <summary>
/// What Home Assistant may ask of the node: pause, the most that a kWh costs, the most that is spent a day. Whoever can write on the home's
/// broker can send these; so a command is read whole, within bounds, or refused, and none can make a bid larger than the agent's.
/// </summary>
public static class MemberCommands
{
    /// <summary>Highest price that can be named; a limit there is no limit. ct/kWh.</summary>
    public const long MostCentsPerKWh = 100;

    /// <summary>Highest amount that can be named; a limit there is no limit. EUR.</summary>
    public const long MostEurosADay = 100;

    private const int MostBytes = 16;
    private const long MicroEurPerCent = 10_000;

    /// <param name="entity">Which entity it is for.</param>
    /// <param name="payload">As it came.</param>
    /// <param name="change">What becomes of the limits.</param>
    /// <param name="refusal">Why the command is not obeyed, for people; never repeats the payload.</param>
    public static bool TryRead(
        string entity, ReadOnlySpan<byte> payload, [NotNullWhen(true)] out Func<MemberLimits, MemberLimits>? change, [NotNullWhen(false)] out string? refusal)
    {
        (change, refusal) = (null, null);
        if (payload.Length is 0 or > MostBytes || !Ascii.IsValid(payload))
        {
            refusal = $"a command has 1 to {MostBytes} plain characters, this one {payload.Length} bytes";
            return false;
        }

        var text = Encoding.ASCII.GetString(payload);
        switch (entity)
        {
            case NodeEntities.Pause when text is "ON" or "OFF":
                change = limits => limits with { IsPaused = text == "ON" };
                return true;
            case NodeEntities.Pause:
                refusal = "bidding is paused by ON and resumed by OFF";
                return false;
            case NodeEntities.MostPrice when TryAmount(text, MostCentsPerKWh) is { } cents:
                change = limits => limits with { MostPrice = cents == MostCentsPerKWh ? null : new Price((long)(cents * MicroEurPerCent)) };
                return true;
            case NodeEntities.MostPrice:
                refusal = $"the most I pay is 0 to {MostCentsPerKWh} ct/kWh, with at most two decimals";
                return false;
            case NodeEntities.MostADay when TryAmount(text, MostEurosADay) is { } euros:
                change = limits => limits with { MostADay = euros == MostEurosADay ? null : new Money((long)(euros * 100 * MicroEurPerCent)) };
                return true;
            case NodeEntities.MostADay:
                refusal = $"the most I spend a day is 0 to {MostEurosADay} EUR, with at most two decimals";
                return false;
            default:
                refusal = "there is nothing of that name to set";
                return false;
        }
    }

    /// <summary>What the switch and the numbers show.</summary>
    public static string Show(string entity, MemberLimits limits) => entity switch
    {
        NodeEntities.Pause => limits.IsPaused ? "ON" : "OFF",
        NodeEntities.MostPrice => limits.MostPrice is { } most ? Decimal(most.MicroEurPerKWh, MicroEurPerCent) : Decimal(MostCentsPerKWh, 1),
        NodeEntities.MostADay => limits.MostADay is { } most ? Decimal(most.MicroEur, 100 * MicroEurPerCent) : Decimal(MostEurosADay, 1),
        _ => throw new ArgumentOutOfRangeException(nameof(entity), entity, "Not an entity that can be set."),
    };

    // Home Assistant writes numbers as Python does: 25, 25.0 or 25.25; an exponent or a sign is none of its.
    private static decimal? TryAmount(string text, long most) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
        && amount >= 0 && amount <= most && amount * 100 == decimal.Truncate(amount * 100)
            ? amount
            : null;

    private static string Decimal(long amount, long unit) => ((decimal)amount / unit).ToString("0.##", CultureInfo.InvariantCulture);
}
