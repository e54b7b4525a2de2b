using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Node.S2.Discovery;

/// <summary>Looks for endpoints of S2 Connect on the home's network.</summary>
public static class S2Finder
{
    /// <summary>More than that in one home are noise.</summary>
    private const int Most = 64;

    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    /// <summary>Asks each second, and listens.</summary>
    /// <param name="patience">For how long.</param>
    /// <param name="isEnough">Ends it earlier; null listens to the end.</param>
    /// <returns>Those that were found, by name.</returns>
    public static async Task<ImmutableArray<S2Endpoint>> FindAsync(
        MulticastDns dns, EnergyManagementRole role, TimeSpan patience, TimeProvider time, CancellationToken cancellation, Func<S2Endpoint, bool>? isEnough = null)
    {
        var found = new SortedDictionary<string, S2Endpoint>(StringComparer.OrdinalIgnoreCase);
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        var asking = AskAsync(dns, role, time, either.Token);
        try
        {
            while (true)
            {
                foreach (var endpoint in S2Endpoint.In(await dns.ReceiveAsync(either.Token).ConfigureAwait(false), role))
                {
                    if (found.Count < Most || found.ContainsKey(endpoint.Host))
                    {
                        found[endpoint.Host] = endpoint;
                    }

                    if (isEnough?.Invoke(endpoint) == true)
                    {
                        await either.CancelAsync().ConfigureAwait(false);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Time is up, or it was found.
        }

        await asking.ConfigureAwait(false);
        return [.. found.Values];
    }

    private static async Task AskAsync(MulticastDns dns, EnergyManagementRole role, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await dns.SendAsync(S2Endpoint.Question(role), cancellation).ConfigureAwait(false);
                await Task.Delay(AskAgain, time, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
    }
}
