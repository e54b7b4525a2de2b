using System.CommandLine;
using VirtualEnergy.P2P.BspGateway.Hosting;

namespace VirtualEnergy.P2P.BspGateway.Cli;

/// <summary>The gateway's command line: without a command it runs; with one it works on files.</summary>
internal static class GatewayCommands
{
    private const string Name = "dotnet run --project src/VirtualEnergy.P2P.BspGateway --";

    /// <summary>What is wrong is one line on standard error, and the exit code is 2.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = Create(args);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return Fail($"{parsed.Errors[0].Message} See {Name} --help.");
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception wrong) when (wrong is GatewayStartException or InvalidDataException)
        {
            return Fail(wrong.Message);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return Fail($"{wrong.Message} See to the file and try again.");
        }
    }

    private static RootCommand Create(string[] args)
    {
        var root = new RootCommand($"""
            The gateway of a balancing service provider: units of many homes, telecontrolled by the system operator (IEC 60870-5-104), and beside it
            grid operators (UFTP) and virtual end nodes (OpenADR). Without a command it runs, by bsp.json of the current folder, the environment and
            the command line; docs/bsp.md has the keys. To see it all at work: dotnet run --project devnet -- tso
            Examples: {Name}
                      {Name} --Bsp:Url http://127.0.0.1:9000
                      {Name} coordination explain local
                      {Name} competition answer sardinia.json --bidder agr.example.org --out bids.json
            """)
        {
            CompetitionCommand.Create(),
            CoordinationCommand.Create(),
            UftpCommand.Create(),
            OpenAdrCommand.Create(),
        };
        // Keys of the configuration are nobody's options: --Bsp:Url http://…, Bsp:Url=http://…
        root.TreatUnmatchedTokensAsErrors = false;
        root.SetAction((_, cancellation) => args is [var first, ..] && !first.StartsWith('-') && !first.Contains('=', StringComparison.Ordinal)
            ? Task.FromResult(Fail($"'{first}' is no command here. See {Name} --help."))
            : ServeAsync(args, cancellation));
        return root;
    }

    /// <summary>The configuration of a gateway that is started with these words.</summary>
    internal static IConfiguration Configuration(string file, string[] args) => new ConfigurationBuilder()
        .AddJsonFile(Path.GetFullPath(file), optional: true).AddEnvironmentVariables().AddCommandLine(args).Build();

    internal static int Fail(string message)
    {
        Console.Error.WriteLine("error: " + message.ReplaceLineEndings(" "));
        return 2;
    }

    private static async Task<int> ServeAsync(string[] args, CancellationToken cancellation)
    {
        await using var gateway = await GatewayHost.StartAsync(GatewayConfiguration.Read(Configuration("bsp.json", args)), TimeProvider.System, cancellation);
        Console.WriteLine($"Pages and API: {gateway.Address}   system operator's link: {gateway.TsoEndPoint}{(gateway.PartiesAddress is { } parties ? $"   grid operators and end nodes: {parties}" : "")}");
        await gateway.WaitForShutdownAsync(cancellation);
        return 0;
    }
}
