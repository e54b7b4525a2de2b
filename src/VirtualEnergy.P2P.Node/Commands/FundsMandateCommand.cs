using System.CommandLine;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Funds;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Settlement.Ethereum;
using static VirtualEnergy.P2P.Node.Commands.FundsOptions;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve funds mandate</c>: the most that a member spends in a day.</summary>
internal static class FundsMandateCommand
{
    private const string None = "none";

    private static readonly Option<string> Most = new("--most") { Description = $"Euros a day (UTC), as 3.00; or {None}.", Required = true };
    private static readonly Option<string?> Broker = new("--broker") { Description = "The market's broker.", HelpName = "mqtt://host:1883" };
    private static readonly Option<string?> Community = new("--community") { Description = "Its name; else the one market that the broker serves." };
    private static readonly Option<int> Wait = new("--wait") { Description = "Seconds to wait for the exchange.", DefaultValueFactory = _ => 15 };

    public static Command Create()
    {
        var command = new Command("mandate", """
            Tell the exchange the most that you spend in a day, whatever your node bids: signed with your key, enforced at admission.
            What you buy counts with all fees; what you earn is not taken off. A later mandate replaces an earlier one.
            Examples: ve funds mandate --most 3.00 --config home.json
                      ve funds mandate --most none --broker mqtt://192.168.1.10:1883 --key-file anna.json
            """) { Most, Broker, Community, Wait, Config, Contract, KeyFile, PasswordFile, Json };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, TimeProvider.System, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, TimeProvider time, CancellationToken cancellation)
    {
        var most = parsed.GetValue(Most) is None ? Mandate.Unlimited : (ulong)Euro("--most", parsed.GetValue(Most)).MicroEur;
        var home = Home(parsed);
        var address = parsed.GetValue(Broker) ?? home?.Broker ?? throw new UserErrorException("Which market? Give --broker mqtt://host:1883, or --config home.json.");
        var broker = BrokerAddress.TryParse(address, out var known) ? known : throw new UserErrorException($"--broker {address}: write mqtt://host:1883, or mqtts://host:8883 for TLS.");
        var wait = parsed.GetValue(Wait) is >= 1 and <= 600 and var seconds ? TimeSpan.FromSeconds(seconds) : throw new UserErrorException($"--wait {parsed.GetValue(Wait)}: 1 to 600 seconds.");
        var target = Target(parsed);
        var key = target.Key();
        var view = await MarketView.ReadAsync(broker, parsed.GetValue(Community) ?? home?.Community, wait, time, cancellation).ConfigureAwait(false);
        if (target.Contract is not null && AddressOf(target.Contract) != Address.Parse(view.Market.Contract))
        {
            throw new UserErrorException($"This market settles at {view.Market.Contract}, and your money is at {target.Contract}: nothing was signed.");
        }

        // The time for a number: it goes on above the earlier ones whichever machine signs.
        var mandate = new Mandate(key.Address.ToMember(), (ulong)time.GetUtcNow().ToUnixTimeMilliseconds(), most);
        await MandatePost.SendAsync(broker, view.Market, mandate, key, wait, time, cancellation).ConfigureAwait(false);
        Console.WriteLine(parsed.GetValue(Json)
            ? JsonSerializer.Serialize(new { member = mandate.Member.Value, number = mandate.Number, mostMicroEurPerDay = mandate.Most?.MicroEur })
            : mandate.Most is { } bound ? $"The exchange took it: at most {Euros.Format(bound)} EUR a day." : "The exchange took it: no bound.");
        return 0;
    }

    private static Address AddressOf(string contract) =>
        Address.TryParse(contract, out var address) ? address : throw new UserErrorException($"--contract {contract}: write 0x and 40 hexadecimal digits, in one case or with a correct checksum.");
}
