using VirtualEnergy.P2P.Bsp.Profiles;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>What planning takes from homes that say what lies ahead: their programs of the day. Their headroom is a source of its own, <see cref="CommunityHeadroom"/>.</summary>
internal static class HomeForecasts
{
    /// <summary>The homes' own programs of a day come to the books.</summary>
    /// <param name="homes">By their places on the board.</param>
    public static void Propose(HomeBoard board, IEnumerable<int> homes, MarketDay day, GatewayBooks books, DateTimeOffset now)
    {
        foreach (var home in homes)
        {
            if (board.Outlook(home)?.Day(day, books.Profile.Grid) is { } energies)
            {
                books.Propose(board.Homes[home].Home.Pod, day, energies, now);
            }
        }
    }
}
