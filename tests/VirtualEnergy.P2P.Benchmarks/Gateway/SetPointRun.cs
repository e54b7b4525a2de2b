using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Devnet.Tso;

namespace VirtualEnergy.P2P.Benchmarks.Gateway;

/// <summary>Milliseconds from an order's acceptance to the last confirmation.</summary>
/// <param name="Told">Homes that got a set-point, the fewest of all rounds.</param>
internal sealed record SetPointResult(int Homes, int Customers, int Rounds, int Told, double Shortest, double Median, double Longest);

/// <summary>Orders of all that the homes can give, one after another.</summary>
internal static class SetPointRun
{
    public static async Task<SetPointResult> RunAsync(int homes, int customers, int rounds, CancellationToken stop)
    {
        await using var bed = await GatewayBed.StartAsync(homes, customers, isAtOnce: true, stop);
        var (times, told) = (new Samples(), homes);
        for (var round = 0; round < rounds; round++)
        {
            var asked = await bed.Tso.AskAsync(new TsoWish(bed.Unit.Id, "regulation", -bed.Gateway.Parts.Units[0].Now.UpWatts, "IEC 104"), stop);
            if (asked.State != "confirmed")
            {
                throw new InvalidOperationException($"The order was {asked.State}: {asked.Reason}.");
            }

            var order = await DoneAsync(bed, "regulation", stop);
            times.Add(order.LastSetPointMilliseconds!.Value);
            told = Math.Min(told, order.Homes!.Value);
            Console.Error.WriteLine($"order {round + 1}: {order.Homes} homes, {order.LastSetPointMilliseconds:0} ms");
            await bed.Tso.AskAsync(new TsoWish(bed.Unit.Id, "revocation", 0, "IEC 104"), stop);
            await DoneAsync(bed, "revocation", stop);

            // Until every home is back and measured again, or the next order would find less to ask for.
            while (bed.Gateway.Parts.Units[0].Now is var now && (now.MovingHomes > 0 || now.HasOrder))
            {
                await Task.Delay(200, stop);
            }
        }

        return new SetPointResult(homes, customers, rounds, told, times.Percentile(0), times.Median, times.Percentile(100));
    }

    private static async Task<BspGateway.Live.OrderView> DoneAsync(GatewayBed bed, string kind, CancellationToken stop)
    {
        while (true)
        {
            var last = bed.Gateway.Parts.Orders.Read().FirstOrDefault(order => order.Kind == kind);
            if (last is { LastSetPointMilliseconds: not null })
            {
                return last;
            }

            await Task.Delay(20, stop);
        }
    }
}
