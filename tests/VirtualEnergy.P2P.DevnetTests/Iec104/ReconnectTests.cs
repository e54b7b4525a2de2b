using VirtualEnergy.P2P.Iec104.Link;
using VirtualEnergy.P2P.Iec104.Stations;
using VirtualEnergy.P2P.Iec104.Transport;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Iec104;

public sealed class ReconnectTests
{
    [Fact]
    public async Task Waits_between_attempts_double_up_to_the_longest()
    {
        using var closed = new ClosedPort();
        var time = new HurriedTime();
        await using var controlling = new ControllingStation(
            new ControllingStationOptions
            {
                Hosts = [("127.0.0.1", closed.Number)],
                Connection = new ControllingConnectionOptions { Link = new LinkParameters { ConnectTimeout = HurriedTime.Never } },
            },
            time);

        // 1 s doubled five times is 32 s; the seventh wait would be 64 s and is held at 60 s.
        var waits = await time.WaitsAsync().WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], waits);
    }

    /// <summary>A clock whose waits are over at once, and noted; but those of 255 s, which are limits, never are.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public static readonly TimeSpan Never = TimeSpan.FromSeconds(255);

        private const int Enough = 8;

        private readonly List<double> _waits = [];
        private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Never || dueTime == Timeout.InfiniteTimeSpan)
            {
                return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            lock (_waits)
            {
                _waits.Add(dueTime.TotalSeconds);
                if (_waits.Count == Enough)
                {
                    _enough.SetResult();
                }

                // After enough of them time stands, so that the station does not spin until the test ends.
                return base.CreateTimer(callback, state, _waits.Count < Enough ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        public async Task<double[]> WaitsAsync()
        {
            await _enough.Task;
            lock (_waits)
            {
                return [.. _waits];
            }
        }
    }
}
