using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.S2.Connect;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve s2 code</c> and <c>ve s2 pair</c>: pairing with an energy manager that runs, by its code or by a device's.</summary>
internal static class S2PairCommand
{
    /// <summary>A device that waits is asked within twenty seconds, and has fifteen to pair.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    public static Command Code(Option<string> folder, Option<bool> json)
    {
        var command = new Command("code", """
            Have the energy manager that runs, ve node run or ve s2 manager, make a code for one device, good for five minutes: type it in at the device.
            Example: ve s2 code --folder s2
            """) { folder, json };
        command.SetAction(async (parsed, stop) =>
        {
            var answer = await AskAsync(parsed.GetValue(folder)!, new S2Question(S2Questions.Code), stop).ConfigureAwait(false);
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(new { code = answer.Code, pairing = answer.Pairing }) : $"{answer.Code}  at {answer.Pairing}");
            return 0;
        });
        return command;
    }

    public static Command Pair(Option<string> folder, Option<bool> json)
    {
        var code = new Argument<string?>("code") { Description = "The code that the device shows, on a display or a sticker; left out, those that can be paired are listed.", Arity = ArgumentArity.ZeroOrOne };
        var device = new Option<string?>("--device") { Description = "Which device: its name, its id or its pairing address; left out, the only one that waits or is found." };
        var command = new Command("pair", """
            Pair a device that shows a code of its own with the energy manager that runs, ve node run or ve s2 manager.
            Examples: ve s2 pair
                      ve s2 pair AAECAwQFBgcI
                      ve s2 pair AAECAwQFBgcI --device https://192.168.1.40/pairing/
            """) { code, device, folder, json };
        command.SetAction(async (parsed, stop) =>
        {
            if (parsed.GetValue(code) is not { } text)
            {
                var all = await AskAsync(parsed.GetValue(folder)!, new S2Question(S2Questions.Devices), stop).ConfigureAwait(false);
                Print(all.Devices ?? [], parsed.GetValue(json));
                return 0;
            }

            PairingCode.Parse(text);
            var answer = await AskAsync(parsed.GetValue(folder)!, new S2Question(S2Questions.Pair, text, parsed.GetValue(device)), stop).ConfigureAwait(false);
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(new { paired = answer.Paired }) : $"{OnceLog.Shown(answer.Paired!)} is paired.");
            return 0;
        });
        return command;
    }

    /// <summary>The devices that are paired by a folder, and how they are as far as the manager that runs says; whether one runs.</summary>
    public static async Task<(ImmutableArray<S2Shown> Known, bool IsRunning)> KnownAsync(string folder, CancellationToken stop)
    {
        if (await AskAnyAsync(folder, new S2Question(S2Questions.Known), stop).ConfigureAwait(false) is { Known: { } known })
        {
            return (known, true);
        }

        var paired = Path.Combine(folder, S2Folder.PairedFile);
        return (File.Exists(paired) ? S2Shown.All(PairedNodes.Open(paired), ImmutableDictionary<string, S2Device>.Empty, default) : [], false);
    }

    private static void Print(IReadOnlyCollection<DeviceCandidate> devices, bool asJson)
    {
        if (asJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(devices.Select(device => new { name = device.Name, id = device.Waits, pairing = device.Address })));
            return;
        }

        foreach (var device in devices)
        {
            Console.WriteLine($"{OnceLog.Shown(device.Name)}  {device.Waits?.ToString() ?? device.Address!.AbsoluteUri}");
        }

        if (devices.Count == 0)
        {
            Console.WriteLine("No device waits to be paired, and none is found on the home's network.");
        }
    }

    private static async Task<S2Answer> AskAsync(string folder, S2Question question, CancellationToken stop)
    {
        var answer = await AskAnyAsync(folder, question, stop).ConfigureAwait(false)
            ?? throw new UserErrorException($"--folder {folder}: no energy manager runs by it on this machine; start ve node run, or ve s2 manager.");
        return answer.Error is { } error ? throw new UserErrorException(error) : answer;
    }

    private static Task<S2Answer?> AskAnyAsync(string folder, S2Question question, CancellationToken stop) =>
        DoorClient.AskAsync(S2Door.PathIn(folder), question, S2DoorJson.Default.S2Question, S2DoorJson.Default.S2Answer, Patience, TimeProvider.System, stop);
}
