namespace VirtualEnergy.P2P.Node;

/// <summary>How a command line reports what the user can put right: one line on standard error, exit code 2.</summary>
public static class ErrorLine
{
    public static int Write(string message)
    {
        Console.Error.WriteLine("error: " + message.ReplaceLineEndings(" "));
        return 2;
    }
}
