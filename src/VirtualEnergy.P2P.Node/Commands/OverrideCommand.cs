using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve devices override</c>: the member's word for a device, told to the node that runs: on this machine, or over the home's broker.</summary>
internal static class OverrideCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var device = new Argument<string?>("device") { Description = "The device, as the plan names it; left out, all are listed.", Arity = ArgumentArity.ZeroOrOne };
        var word = new Argument<string?>("word") { Description = "on, off, or plan to take it back.", Arity = ArgumentArity.ZeroOrOne };
        var config = new Option<string?>("--config") { Description = "The home's configuration file." };
        var length = new Option<string>("--for") { Description = "How long it holds: 90m, 2h, 3d; at most a week.", DefaultValueFactory = _ => "2h" };
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON." };
        var command = new Command("override", """
            Decide for one device while the node runs: on, off, or back to the plan. It wins at once and ends by itself; the plan goes round it.
            A store that is on charges as fast as it can, an appliance starts; what is off neither takes nor gives, and an appliance waits.
            The node that runs on this machine by the same configuration is told directly, one that runs elsewhere over the home's broker.
            Examples: ve devices override --config home.json
                      ve devices override car on --for 2h --config home.json
                      ve devices override "washing machine" off --for 90m --config home.json
                      ve devices override car plan --config home.json
            """) { device, word, config, length, json };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(device), parsed.GetValue(word), parsed.GetValue(length)!, parsed.GetValue(config), parsed.GetValue(json), TimeProvider.System, cancellation));
        return command;
    }

    /// <summary>The minutes of 90m, 2h or 3d.</summary>
    /// <exception cref="UserErrorException">Something else, or more than a week.</exception>
    internal static int MinutesOf(string text)
    {
        var perUnit = text.Length > 1 ? text[^1] switch { 'm' => 1, 'h' => 60, 'd' => 1_440, _ => 0 } : 0;
        return perUnit > 0 && int.TryParse(text.AsSpan()[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 && count <= OverrideEntities.MostMinutes / perUnit
            ? count * perUnit
            : throw new UserErrorException($"--for {text}: write 90m, 2h or 3d; at most a week.");
    }

    private static async Task<int> RunAsync(string? device, string? word, string length, string? path, bool json, TimeProvider time, CancellationToken cancellation)
    {
        var minutes = MinutesOf(length);
        if (device is not null && word is not (OverrideEntities.On or OverrideEntities.Off or OverrideEntities.Plan))
        {
            throw new UserErrorException($"{word ?? "The word is missing"}: write on, off or plan, as in ve devices override {device} on --for 2h.");
        }

        var file = path ?? throw new UserErrorException("--config FILE is missing: the home's configuration says which node is meant.");
        var config = HomeConfig.Read(file);
        var question = new DoorQuestion(device, word, word is OverrideEntities.Plan ? null : minutes);
        if (await DoorClient.AskAsync(file, device is null ? new DoorQuestion() : question, Patience, time, cancellation).ConfigureAwait(false) is { } answer)
        {
            Print(answer.Error is null ? answer.Devices : throw new UserErrorException(answer.Error), json);
            return 0;
        }

        var broker = config.HomeBroker?.Open()
            ?? throw new UserErrorException($"No node runs on this machine by {file}, and it has no homeBroker by which to tell one elsewhere: start it with ve node run --config {file}.");
        Print(await new OverrideOverBroker(broker, Patience, time).TellAsync(device, word, minutes, cancellation).ConfigureAwait(false), json);
        return 0;
    }

    private static void Print(IEnumerable<DoorDevice> devices, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(devices.Select(device => new { device = device.Device, word = device.Word, until = device.Until })));
            return;
        }

        foreach (var device in devices)
        {
            Console.WriteLine(device.Until is { } until
                ? string.Create(CultureInfo.InvariantCulture, $"{OnceLog.Shown(device.Device)} is {device.Word} until {until:yyyy-MM-dd HH:mm} UTC")
                : $"{OnceLog.Shown(device.Device)} is the plan's");
        }
    }
}
