using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using VirtualEnergy.P2P.Node.Funds;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using static VirtualEnergy.P2P.Node.Commands.FundsOptions;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve meter</c>: whose signature a member's readings bear, by the register that proofs of metered batches judge by.</summary>
internal static class MeterCommand
{
    private static readonly Argument<string> Meter = new("meter") { Description = "The address of the meter's key." };
    private static readonly Option<string?> Whose = new("--member") { Description = "The member whose meter it is.", HelpName = "0x…", Required = true };

    public static Command Create() => new("meter", "Meters on the chain: a reading that another key signed than the registered one counts as forged.")
    {
        Show(), Announce(),
    };

    private static Command Show()
    {
        var command = new Command("show", """
            Show whose signature a member's readings bear now: her own, unless the registrar announced another.
            Examples: ve meter show --config home.json
                      ve meter show --rpc http://127.0.0.1:8545 --contract 0x5FbD… --member 0x3C44… --json
            """) { Config, Rpc, Contract, KeyFile, PasswordFile, Member, Json };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, async (access, register) =>
        {
            var member = MemberOf(parsed, Target(parsed));
            if (!await access.Escrow.IsMemberAsync(member, cancellation).ConfigureAwait(false))
            {
                throw new UserErrorException($"{member} is no member of this community: its registrar registers members.");
            }

            var meter = await register.MeterOfAsync(access.Client, access.Escrow.Address, member, cancellation).ConfigureAwait(false);
            Say(parsed, new { member = member.ToString(), meter = meter.ToString(), own = meter == member, register = register.Address.ToString() },
                meter == member ? $"{member} signs her readings with her own key." : $"{meter} signs the readings of {member}.");
        }, cancellation));
        return command;
    }

    private static Command Announce()
    {
        var command = new Command("announce", """
            For the registrar, whose key it takes: name a member's meter. It signs when the contract's delay for keys is over, and for as long again the
            one before it counts as well: only then change Exchange:Members:N:Meter, and restart the exchange.
            Example: ve meter announce 0x90F7… --member 0x3C44… --rpc http://127.0.0.1:8545 --contract 0x5FbD… --key-file registrar.json
            """) { Meter, Whose, Config, Rpc, Contract, KeyFile, PasswordFile, Json };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, async (access, register) =>
        {
            var meter = Address.TryParse(parsed.GetValue(Meter), out var address) ? address
                : throw new UserErrorException($"meter {parsed.GetValue(Meter)}: write 0x and 40 hexadecimal digits, in one case or with a correct checksum.");
            var member = AddressOf(parsed, Whose)!.Value;
            using var sender = access.Sender(Target(parsed).Key(), TimeProvider.System);
            try
            {
                var receipt = await register.AnnounceMeterAsync(sender, access.Escrow.Address, member, meter, cancellation).ConfigureAwait(false);
                var signsFrom = register.SignsFrom(receipt);
                Say(parsed, new { member = member.ToString(), meter = meter.ToString(), signsFrom, transaction = receipt.TransactionHash.ToString() },
                    $"{meter} signs the readings of {member} from {Time(signsFrom)} on.");
            }
            catch (EthereumRevertException refusal) when (LineOf(refusal, sender.Address) is { } line)
            {
                throw new UserErrorException(line, refusal);
            }
        }, cancellation));
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, Func<FundsAccess, MeteredProofsContract, Task> run, CancellationToken cancellation) => FundsAccess.UseAsync(
        Target(parsed), TimeProvider.System,
        async access =>
        {
            var judge = new FraudProofsContract(await access.Escrow.JudgeAsync(cancellation).ConfigureAwait(false));
            await run(access, await judge.MeteredAsync(access.Client, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
            return 0;
        },
        cancellation);

    private static string? LineOf(EthereumRevertException refusal, Address caller) => refusal.ErrorName switch
    {
        "NotRegistrar" => $"{caller} is not the registrar of this community: take the registrar's key.",
        "MeterChanging" => $"The last change of this meter is too young for another: try again from {Time(DateTimeOffset.FromUnixTimeSeconds((long)(BigInteger)refusal.Arguments[0]))} on.",
        "NoMeter" => "The zero address signs nothing: name the address of the meter's key.",
        _ => null,
    };

    private static void Say<T>(ParseResult parsed, T asJson, string sentence) => Console.WriteLine(parsed.GetValue(Json) ? JsonSerializer.Serialize(asJson) : sentence);

    private static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
