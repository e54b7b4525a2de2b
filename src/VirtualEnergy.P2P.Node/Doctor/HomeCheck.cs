using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Drivers;

namespace VirtualEnergy.P2P.Node.Doctor;

/// <summary>Looks at what a home brings along: the member's wallet, and the broker inside the house.</summary>
public static class HomeCheck
{
    /// <summary>Whether the wallet opens with the password that the configuration names; nobody is asked for one.</summary>
    public static Finding Wallet(string wallet, string passwordFile)
    {
        try
        {
            return Finding.Ok("wallet", $"{wallet} opens, for {NodeKey.OpenWallet(wallet, passwordFile).Address}");
        }
        catch (UserErrorException failure)
        {
            return Finding.Fail("wallet", failure.Message, "check wallet and passwordFile; ve wallet new makes a wallet, and ve wallet from-words one from its words");
        }
    }

    /// <summary>Whether the home's broker lets the node in.</summary>
    public static async Task<Finding> BrokerAsync(HomeBroker broker, TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(wait, time);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        await using var link = broker.Link($"ve-doctor-{time.GetTimestamp():x}", time, NullLogger.Instance);
        try
        {
            await link.StartAsync(timeout.Token).ConfigureAwait(false);
            return Finding.Ok("home", $"{broker} lets the node in");
        }
        catch (MqttLinkException refused)
        {
            return Finding.Fail("home", refused.Message, "check homeBroker's user and passwordFile");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Finding.Fail("home", $"{broker} did not answer within {wait.TotalSeconds:0} s", "check homeBroker's address, and whether the broker runs; the market does not wait for it");
        }
    }
}
