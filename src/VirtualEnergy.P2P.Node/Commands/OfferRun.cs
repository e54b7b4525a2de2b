using System.Security.Cryptography;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.S2.Offered;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary>A device of ours while it is offered: connected whenever it is there, stepped each second, free at the end.</summary>
/// <param name="resource">Its id.</param>
/// <param name="session">Asked before each session where it is.</param>
internal sealed class OfferRun(
    OfferedDevice device, Identifier resource, Func<CancellationToken, ValueTask<S2ManagerAddress>> session, S2Events events, RandomNumberGenerator random, TimeProvider time)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public async Task RunAsync(CancellationToken stop)
    {
        var offered = Open();
        offered.Noted = Note;
        var manager = new S2ResourceManager(
            cancel => AddressAsync(offered, cancel),
            offered.Details,
            (connection, news) =>
            {
                events.Of("manager", news);
                return offered.HearAsync(connection, news, stop);
            },
            time,
            new Random(BitConverter.ToInt32(Uuid.From(random).ToByteArray())))
        {
            Lost = (reason, wait) => Note(wait == Timeout.InfiniteTimeSpan ? reason : $"not connected: {reason} Again in {wait.TotalSeconds:0.#} s."),
        };
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var stepping = StepAsync(offered, over.Token);
        await manager.RunAsync(stop).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        await stepping.ConfigureAwait(false);
        using var limit = new CancellationTokenSource(Patience, time);
        if (await offered.RestAsync(limit.Token).ConfigureAwait(false) is { } problem)
        {
            Note($"could not be set free: {problem}; it is its own master within {DriverOrders.Lasts.TotalMinutes:0} minutes");
        }
    }

    private OfferedResource Open()
    {
        try
        {
            return device.Open(resource);
        }
        catch (ArgumentException fault)
        {
            throw new UserErrorException($"{device.Who.Name} cannot be offered: {fault.Message}", fault);
        }
    }

    // What is away asks for no session: it comes when it is back.
    private async ValueTask<S2ManagerAddress> AddressAsync(OfferedResource offered, CancellationToken stop)
    {
        for (var isSaid = false; !offered.IsThere; isSaid = true)
        {
            if (!isSaid)
            {
                Note("is away");
            }

            await Task.Delay(Step, time, stop).ConfigureAwait(false);
        }

        return await session(stop).ConfigureAwait(false);
    }

    private async Task StepAsync(OfferedResource offered, CancellationToken over)
    {
        using var ticks = new PeriodicTimer(Step, time);
        try
        {
            while (await ticks.WaitForNextTickAsync(over).ConfigureAwait(false))
            {
                await offered.StepAsync(over).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Over.
        }
    }

    private void Note(string what) => events.Note(device.Who.Type, what);
}
