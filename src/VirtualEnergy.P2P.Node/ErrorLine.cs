using System.CommandLine;

namespace VirtualEnergy.P2P.Node;

/// <summary>How a command line reports what the user can put right: one line on standard error, exit code 2.</summary>
public static class ErrorLine
{
    /// <summary>What is wrong with the command line; a word that is not known says more than what is missing for want of it.</summary>
    /// <param name="help">How to see what can be said.</param>
    public static int Write(ParseResult parsed, string help) =>
        Write((parsed.UnmatchedTokens.Count > 0 ? $"'{parsed.UnmatchedTokens[0]}' is not known here." : parsed.Errors[0].Message) + $" See {help}.");

    public static int Write(string message)
    {
        Console.Error.WriteLine("error: " + message.ReplaceLineEndings(" "));
        return 2;
    }
}
