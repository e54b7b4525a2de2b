using System.CommandLine;
using VirtualEnergy.P2P.BspGateway.Coordination;

namespace VirtualEnergy.P2P.BspGateway.Cli;

/// <summary><c>coordination explain</c>: what a scheme means for a community, and what the gateway does in it.</summary>
internal static class CoordinationCommand
{
    public static Command Create()
    {
        var scheme = new Argument<string?>("SCHEME") { Description = $"{CoordinationText.Choices}; all of them without it.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var explain = new Command("explain", """
            Who may buy the community's flexibility and who goes first, by SmartNet's five schemes: what follows from each (-), and what the gateway
            does in it (>). The configuration's key is Bsp:Coordination.
            Examples: … coordination explain
                      … coordination explain local
                      … coordination explain D --json
            """) { scheme, json };
        explain.SetAction(parsed => Explain(parsed.GetValue(scheme), parsed.GetValue(json)));
        return new Command("coordination", "Which of the two networks' operators goes first.") { explain };
    }

    private static int Explain(string? word, bool asJson)
    {
        if (word is not null && !CoordinationRules.TryRead(word, out _))
        {
            return GatewayCommands.Fail($"'{word}' is no scheme; there are {CoordinationText.Choices}.");
        }

        var schemes = word is not null && CoordinationRules.TryRead(word, out var one) ? [one] : CoordinationRules.Schemes;
        Console.WriteLine(asJson ? CoordinationText.ExplainJson(schemes) : string.Join(Environment.NewLine + Environment.NewLine, schemes.Select(CoordinationText.Explain)));
        return 0;
    }
}
