namespace VirtualEnergy.P2P.Flexibility.S2.Sessions;

/// <summary>What holds now and what holds from a later moment on: descriptions may be sent ahead.</summary>
/// <param name="Current">What holds; null when nothing was told.</param>
/// <param name="Next">What takes its place; null when nothing was sent ahead.</param>
public readonly record struct Timeline<T>((T Value, DateTimeOffset From)? Current, (T Value, DateTimeOffset From)? Next)
    where T : class
{
    /// <summary>Longer ahead than this nothing is described: the sender's clock is wrong.</summary>
    public static readonly TimeSpan MostAhead = TimeSpan.FromDays(7);

    public T? At(DateTimeOffset now) => Next is { } next && next.From <= now ? next.Value : Current?.Value;

    /// <summary>The timeline with another value; <paramref name="problem"/> says why it is refused, null when it is not.</summary>
    public Timeline<T> With(T value, DateTimeOffset from, DateTimeOffset now, out string? problem)
    {
        var current = Next is { } next && next.From <= now ? Next : Current;
        problem = current is { } old && from < old.From ? $"valid_from {from:O} is before {old.From:O}, from which the one in force holds"
            : from - now > MostAhead ? $"valid_from {from:O} is more than {MostAhead.TotalDays} days ahead"
            : null;
        return problem is not null ? this
            : from <= now ? new Timeline<T>((value, from), Next is { } later && later.From > now ? Next : null)
            : new Timeline<T>(current, (value, from));
    }
}
