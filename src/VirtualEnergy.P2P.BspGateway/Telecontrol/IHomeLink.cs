namespace VirtualEnergy.P2P.BspGateway.Telecontrol;

/// <summary>How homes that stand one after another on the board are reached: what they say goes to the board, and what they are asked for goes to them.</summary>
/// <remarks>
/// Whatever homes say is hostile until checked, and no home holds up another. <see cref="Ask"/> returns at once and may be called every cycle: only what is new is sent, always
/// the latest, and after a link was away all of it again. Safe to use from any thread.
/// </remarks>
public interface IHomeLink : IAsyncDisposable
{
    /// <summary>Whose homes they are, as configuration names them.</summary>
    string Customer { get; }

    /// <summary>What the link speaks, for people.</summary>
    string Protocol { get; }

    /// <summary>Where its homes begin on the board.</summary>
    int First { get; }

    /// <summary>How many homes it has.</summary>
    int Homes { get; }

    /// <summary>No set-point is under way any more; called from the link's threads.</summary>
    Action? Emptied { get; set; }

    /// <summary>Homes can be reached now.</summary>
    bool IsUp { get; }

    /// <summary>What homes said and was left out, because it could not be right.</summary>
    long LeftOut { get; }

    /// <summary>Homes whose last set-point is not confirmed.</summary>
    int OpenSetPoints { get; }

    /// <summary>No set-point is under way: each was confirmed, refused, or had no link.</summary>
    bool IsEmpty { get; }

    /// <summary>Begins to connect; it goes on trying until it is disposed of.</summary>
    void Start();

    /// <summary>A cycle begins: what of the homes' words depends on the time, as a program of many periods does, is put on the board.</summary>
    /// <param name="now">By the market's clock.</param>
    void Refresh(DateTimeOffset now);

    /// <summary>The regulation that a home is to give against its program, W; 0 lets it go. The board shows when it is confirmed.</summary>
    /// <param name="home">From 0, in the link's order.</param>
    void Ask(int home, long watts);
}
