using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Drivers;

/// <summary>Waits for a condition, with a deadline that fails by what there is instead.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Soon = Hang.After;

    public static async Task<T> UntilAsync<T>(Func<T?> look, Func<string> instead)
        where T : class
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (look() is { } found)
            {
                return found;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < Soon, instead());
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
