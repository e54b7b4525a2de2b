using System.CommandLine;
using System.Text.Json;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Doctor;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve doctor</c>: what works here and what does not, with what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var config = new Option<string?>("--config") { Description = "A home's configuration file: its wallet, broker, community, Ethereum node, contract and home broker are looked at." };
        var broker = new Option<string?>("--broker") { Description = "The market's broker." };
        var community = new Option<string?>("--community") { Description = "Its name; else the one market that the broker serves." };
        var rpc = new Option<string?>("--rpc") { Description = "Address of an Ethereum node, as http://127.0.0.1:8545." };
        var contract = new Option<string?>("--contract") { Description = "The market's contract; else the one that the broker's market names." };
        var journal = new Option<string?>("--journal") { Description = "An exchange's journal, or where it is to be; else room is looked for in this folder." };
        var wait = new Option<int>("--wait") { Description = "Seconds to wait for each answer.", DefaultValueFactory = _ => 5 };
        var json = new Option<bool>("--json") { Description = "Print {healthy, checks: [{what, state, is, advice}]}." };
        var doctor = new Command("doctor", """
            Look at what a node or an exchange needs: the curve's library and its speed, wallet, brokers, chain, contract, clock, journal, disk.
            Without options only this machine is looked at. Exit code 1 when something fails.
            Examples: ve doctor --config home.json
                      ve doctor --broker mqtt://192.168.1.10:1883 --rpc http://127.0.0.1:8545 --journal exchange.db
            """) { config, broker, community, rpc, contract, journal, wait, json };
        doctor.SetAction(async (parsed, cancellation) =>
        {
            var home = parsed.GetValue(config) is { } path ? HomeConfig.Read(path) : null;
            var seconds = parsed.GetValue(wait);
            if (seconds is < 1 or > 600)
            {
                throw new UserErrorException($"--wait {seconds}: 1 to 600 seconds.");
            }

            var question = new Question(
                parsed.GetValue(broker) is { } named ? BrokerOf(named) : home?.BrokerAddress(),
                parsed.GetValue(community) ?? home?.Community,
                parsed.GetValue(rpc) is { } node ? NodeOf(node) : home?.Rpc is { } own ? ChainOptions.Url("rpc", own) : null,
                parsed.GetValue(contract) is { } address ? ContractOf(address) : home?.Contract is { } its ? ChainOptions.AddressOf("contract", its) : null,
                parsed.GetValue(journal), TimeSpan.FromSeconds(seconds)) { Home = home };
            var findings = await ExamineAsync(question, TimeProvider.System, cancellation).ConfigureAwait(false);
            Show(findings, parsed.GetValue(json));
            return findings.Exists(finding => finding.State == FindingState.Fail) ? 1 : 0;
        });
        return doctor;
    }

    private static async Task<List<Finding>> ExamineAsync(Question question, TimeProvider time, CancellationToken cancellation)
    {
        List<Finding> findings = [MachineCheck.Curve(time)];
        findings.AddRange(question.Journal is { } journal
            ? MachineCheck.Journal(journal)
            : [MachineCheck.Space(Environment.CurrentDirectory, new DriveInfo(Environment.CurrentDirectory).AvailableFreeSpace)]);
        if (question.Home is { Wallet: { } wallet } and { PasswordFile: { } password })
        {
            findings.Add(HomeCheck.Wallet(wallet, password));
        }

        if (question.Home?.HomeBroker is { } inHouse)
        {
            findings.Add(await HomeCheck.BrokerAsync(inHouse.Open(), question.Wait, time, cancellation).ConfigureAwait(false));
        }

        MarketDescription? market = null;
        if (question.Broker is { } broker)
        {
            (var found, market) = await MarketCheck.BrokerAsync(broker, question.Community, question.Wait, time, cancellation).ConfigureAwait(false);
            findings.AddRange(found);
        }

        if (question.Rpc is { } rpc)
        {
            findings.AddRange(await MarketCheck.ChainAsync(rpc, market, question.Contract, question.Wait, time, cancellation).ConfigureAwait(false));
        }

        return findings;
    }

    private static void Show(List<Finding> findings, bool asJson)
    {
        if (asJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                healthy = !findings.Exists(finding => finding.State == FindingState.Fail),
                checks = findings.Select(finding => new { what = finding.What, state = Word(finding), @is = finding.Is, advice = finding.Advice }),
            }));
            return;
        }

        foreach (var finding in findings)
        {
            Console.WriteLine($"{Word(finding),-5} {finding.What,-10} {finding.Is}{(finding.Advice is { } advice ? $"; {advice}" : "")}");
        }
    }

    private static string Word(Finding finding) => finding.State switch
    {
        FindingState.Ok => "ok",
        FindingState.Warn => "warn",
        _ => "fail",
    };

    private static BrokerAddress BrokerOf(string text) =>
        BrokerAddress.TryParse(text, out var address) ? address : throw new UserErrorException($"--broker {text}: write mqtt://host:1883, or mqtts://host:8883 for TLS.");

    private static Uri NodeOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : throw new UserErrorException($"--rpc {text}: write http://host:8545.");

    private static Address ContractOf(string text) =>
        Address.TryParse(text, out var address) ? address : throw new UserErrorException($"--contract {text}: write 0x and 40 hexadecimal digits.");

    private sealed record Question(BrokerAddress? Broker, string? Community, Uri? Rpc, Address? Contract, string? Journal, TimeSpan Wait)
    {
        /// <summary>What the member's configuration says beside; null where none was given.</summary>
        public HomeConfig? Home { get; init; }
    }
}
