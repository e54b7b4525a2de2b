using System.Text.Json;
using System.Text.RegularExpressions;

namespace VirtualEnergy.P2P.Flexibility.S2.Wire;

/// <summary>Says what the JSON reader found wrong in words that a peer's developer can use, without this program's type names.</summary>
internal static partial class Faults
{
    /// <summary>The fault as seen from one list further out.</summary>
    public static FieldException Within(string item, Exception fault) =>
        new(Problem(fault), fault is FieldException { IsContent: true }, item + Place(fault));

    /// <summary>Where it is, from the message down: <c>actuators[0].timers[1].id</c>.</summary>
    public static string Place(Exception fault) =>
        ((fault as JsonException)?.Path ?? "").TrimStart('$') + ((fault as FieldException)?.Where ?? "");

    public static string Problem(Exception fault) => fault switch
    {
        FieldException field => field.Problem,
        ArgumentException argument => $"{(argument.ParamName is { } name ? JsonNamingPolicy.SnakeCaseLower.ConvertName(name) + ": " : "")}{FirstLine().Match(argument.Message).Value}",
        _ when Missing().Match(fault.Message) is { Success: true } missing => $"missing: {missing.Groups[1].Value}",
        _ when fault.Message.Contains("could not be mapped", StringComparison.Ordinal) => "the schema knows no such field",
        _ when fault.Message.Contains("uplicate", StringComparison.Ordinal) => "a field stands twice",
        _ => "not of the kind that the schema asks for",
    };

    [GeneratedRegex(@"properties including: (.+?)\.")]
    private static partial Regex Missing();

    [GeneratedRegex(@"\A[^(\r\n]+")]
    private static partial Regex FirstLine();
}
