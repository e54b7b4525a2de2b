using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;
using VirtualEnergy.P2P.Node.S2.Discovery;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve s2 find</c>: who can be paired with on the home's network.</summary>
internal static class S2FindCommand
{
    public static Command Create()
    {
        var wait = new Option<int>("--wait") { Description = "Seconds to look.", DefaultValueFactory = _ => 3 };
        var on = new Option<string?>("--on") { Description = "This machine's address on the network that is looked at; left out, all networks.", HelpName = "192.168.1.5" };
        var devices = new Option<bool>("--devices") { Description = "Look for devices in place of energy managers." };
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON." };
        var command = new Command("find", """
            Look for energy managers that speak S2 on the home's network, by DNS-SD. Who they are is known only once they are paired.
            Examples: ve s2 find
                      ve s2 find --devices --wait 10 --json
            """) { wait, on, devices, json };
        command.SetAction(async (parsed, stop) =>
        {
            if (parsed.GetValue(wait) is < 1 or > 600)
            {
                throw new UserErrorException($"--wait {parsed.GetValue(wait)}: 1 to 600 seconds.");
            }

            var role = parsed.GetValue(devices) ? EnergyManagementRole.Rm : EnergyManagementRole.Cem;
            var found = await FindAsync(role, parsed.GetValue(on), TimeSpan.FromSeconds(parsed.GetValue(wait)), stop).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(found.Select(endpoint => new { host = endpoint.Host, name = endpoint.Name, pairing = endpoint.Pairing })));
            }
            else
            {
                foreach (var endpoint in found)
                {
                    Console.WriteLine($"{OnceLog.Shown(endpoint.Host)}  {OnceLog.Shown(endpoint.Name ?? "")}  {endpoint.Pairing.AbsoluteUri}");
                }

                if (found.IsEmpty)
                {
                    Console.WriteLine("Nobody was found. Is it switched on, and on the same network? --wait gives it more time.");
                }
            }

            return 0;
        });
        return command;
    }

    /// <summary>Looks on one network, or all.</summary>
    /// <exception cref="UserErrorException">The network cannot be spoken to.</exception>
    public static async Task<ImmutableArray<S2Endpoint>> FindAsync(EnergyManagementRole role, string? on, TimeSpan wait, CancellationToken stop)
    {
        if (on is not null && (!IPAddress.TryParse(on, out var own) || own.AddressFamily != AddressFamily.InterNetwork))
        {
            throw new UserErrorException($"--on {on}: write this machine's address on that network, as 192.168.1.5.");
        }

        try
        {
            using var dns = MulticastDns.Open(on is null ? [] : [IPAddress.Parse(on)]);
            return await S2Finder.FindAsync(dns, role, wait, TimeProvider.System, stop).ConfigureAwait(false);
        }
        catch (SocketException failure)
        {
            throw new UserErrorException($"The network cannot be asked: {failure.Message}", failure);
        }
    }
}
