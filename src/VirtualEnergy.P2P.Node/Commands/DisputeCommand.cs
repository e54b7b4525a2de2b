using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve dispute</c>: a member does not accept a reading of hers; or the operator lets it count after all.</summary>
internal static class DisputeCommand
{
    private const int Refused = 1;

    public static Command Create()
    {
        var period = new Option<long>("--period") { Description = "The period of the reading (unix seconds / 900).", Required = true };
        var number = new Option<long>("--number") { Description = "The reading's number.", DefaultValueFactory = _ => 1 };
        var broker = new Option<string>("--broker") { Description = "The market's broker.", DefaultValueFactory = _ => "mqtt://127.0.0.1:1883" };
        var community = new Option<string?>("--community") { Description = "Its name; else the one market that the broker serves." };
        var wallet = new Option<string?>("--wallet") { Description = $"Keystore file of the member's key; else {NodeKey.KeyVariable}." };
        var password = new Option<string?>("--password-file") { Description = "The wallet's password." };
        var dismiss = new Option<string?>("--dismiss") { Description = "For the operator, whose key it then is: the member whose dispute is over; her reading counts." };
        var command = new Command("dispute", """
            Dispute a reading of one's meter: an estimate counts instead, until the meter sends one of a higher number or the operator decides.
            Exit code 1 if the exchange refuses.
            Examples:
              ve dispute --period 1994832 --wallet anna.json
              ve dispute --period 1994832 --dismiss 0x5fbd…0aa3 --wallet operator.json
            """) { period, number, broker, community, wallet, password, dismiss };
        command.SetAction(async (parsed, cancellation) =>
        {
            var address = BrokerAddress.TryParse(parsed.GetValue(broker), out var known)
                ? known : throw new UserErrorException($"--broker {parsed.GetValue(broker)}: write mqtt://host:1883, or mqtts://host:8883 for TLS.");
            if (parsed.GetValue(period) < 0 || parsed.GetValue(number) < 0)
            {
                throw new UserErrorException("--period and --number are 0 or more.");
            }

            var key = NodeKey.Open(parsed.GetValue(wallet), parsed.GetValue(password));
            var member = parsed.GetValue(dismiss) is not { } text ? key.Address
                : Address.TryParse(text, out var disputant) ? disputant : throw new UserErrorException($"--dismiss {text}: write 0x and 40 hexadecimal digits.");
            var reading = new DisputedReading(member.ToMember(), new Period(parsed.GetValue(period)), parsed.GetValue(number));
            var receipt = await AskAsync(address, parsed.GetValue(community), key, reading, parsed.GetValue(dismiss) is not null, cancellation).ConfigureAwait(false);
            Console.WriteLine(receipt.Reason switch
            {
                null => $"Reading {receipt.Number} of period {receipt.Period} counts.",
                "disputed" => $"Reading {receipt.Number} of period {receipt.Period} is disputed; an estimate counts.",
                var reason => $"Refused: {reason}.",
            });
            return receipt.Reason is null or "disputed" ? 0 : Refused;
        });
        return command;
    }

    private static async Task<ReadingReceipt> AskAsync(
        BrokerAddress broker, string? community, EthereumKey key, DisputedReading reading, bool dismisses, CancellationToken cancellation)
    {
        var time = TimeProvider.System;
        var market = (await MarketView.ReadAsync(broker, community, TimeSpan.FromSeconds(5), time, cancellation).ConfigureAwait(false)).Market;
        var topics = new Topics(market.Community);
        var signature = new DisputeSigning(new MarketDomain(market.ChainId, Address.Parse(market.Contract))).Sign(reading, dismisses, key);
        var answer = new TaskCompletionSource<ReadingReceipt>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var link = new MqttLink(
            new MqttLinkOptions { Broker = broker, ClientId = $"{key.Address}-dispute", SessionExpiry = TimeSpan.Zero }, time, NullLogger.Instance);
        await link.SubscribeAsync(
            topics.Readings(reading.Member),
            (message, _) =>
            {
                if (WireFormat.TryReadReadingReceipt(message.Payload.Span, out var receipt, out string? _) && receipt.Period == reading.Period && receipt.Number == reading.Number)
                {
                    answer.TrySetResult(receipt);
                }

                return Task.CompletedTask;
            },
            cancellation).ConfigureAwait(false);
        try
        {
            await link.StartAsync(cancellation).ConfigureAwait(false);
            var message = new DisputeMessage(reading.Member, reading.Period, reading.Number, dismisses, signature);
            await link.PublishAsync(topics.Disputes(reading.Member), WireFormat.Write(message), retain: false, cancellation).ConfigureAwait(false);
            return await answer.Task.WaitAsync(TimeSpan.FromSeconds(10), time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new UserErrorException($"The exchange of {market.Community} does not answer: {reading.Member} may be no member there, or it is not running.");
        }
        catch (MqttLinkException error)
        {
            throw new UserErrorException(error.Message, error);
        }
    }
}
