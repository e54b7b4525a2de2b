using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using VirtualEnergy.P2P.BspGateway.Api;
using VirtualEnergy.P2P.BspGateway.Live;

namespace VirtualEnergy.P2P.Devnet.Tso;

/// <summary>
/// What the simulated system operator does with offers: whatever is offered upward it takes as it is asked. Offers come period by period, and one may be changed between being read and
/// being answered: then its answer is refused, and its successor is taken instead.
/// </summary>
/// <param name="http">To the gateway, with its token.</param>
/// <param name="patience">So long, of the machine's time, offers are waited for.</param>
/// <param name="pause">Between two looks.</param>
/// <param name="say">Told of each offer whose answer is refused, once, with the reason.</param>
/// <param name="time">The machine's clock.</param>
internal sealed class OfferTaker(HttpClient http, TimeSpan patience, TimeSpan pause, Action<string> say, TimeProvider time)
{
    /// <summary>An answer that was refused so often will not be taken any more.</summary>
    private const int MostTries = 5;

    private readonly Dictionary<string, (int Times, string Reason)> _refused = [];

    /// <summary>What is offered upward.</summary>
    public static IEnumerable<OfferView> Up(IEnumerable<OfferView> offers) => offers.Where(offer => offer.Direction == "up");

    /// <summary>What was taken upward in each period that starts between two instants, W; periods of which nothing was taken are left out.</summary>
    public static ImmutableArray<long> Taken(IEnumerable<OfferView> offers, DateTimeOffset after, DateTimeOffset before) =>
        [.. Up(offers).Where(offer => offer.AcceptedWatts is not null && offer.Start > after && offer.Start < before).GroupBy(offer => offer.Start).Select(period => period.Sum(step => step.Watts))];

    /// <summary>Takes offers until a period's are taken, and all others that are there by then and can be.</summary>
    /// <param name="last">The period's start.</param>
    /// <returns>All steps as the gateway has them, and what stands in the way where the period's are not taken in time.</returns>
    public async Task<(ImmutableArray<OfferView> Offers, string? Problem)> TakeAsync(DateTimeOffset last, CancellationToken stop)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var offers = await http.GetFromJsonAsync<ImmutableArray<OfferView>>("/api/offers", stop);
            var open = Up(offers).Where(offer => offer.AcceptedWatts is null && _refused.GetValueOrDefault(offer.Id).Times < MostTries).GroupBy(offer => offer.Id).ToList();
            if (open.Count == 0 && Up(offers).Any(offer => offer.Start == last && offer.AcceptedWatts is not null))
            {
                return (offers, null);
            }

            if (time.GetElapsedTime(since) >= patience)
            {
                return (offers, Problem(offers, last));
            }

            var taken = 0;
            foreach (var offer in open)
            {
                taken += await AnswerAsync(offer.Key, [.. offer], stop) ? 1 : 0;
            }

            // What was just taken is seen at once; a successor, or what is not offered yet, comes later.
            if (taken == 0 || taken < open.Count)
            {
                await Task.Delay(pause, time, stop);
            }
        }
    }

    private async Task<bool> AnswerAsync(string id, ImmutableArray<OfferView> steps, CancellationToken stop)
    {
        var result = new ResultMessage($"r-{id}", id, [.. steps.Select(step => new ResultStep(step.Step, step.Watts, step.PriceMicroEurPerKWh))]);
        using var answer = await http.PostAsJsonAsync("/api/results", result, stop);
        if (answer.IsSuccessStatusCode)
        {
            return true;
        }

        var (times, before) = _refused.GetValueOrDefault(id);
        var reason = await ReasonAsync(answer, stop);
        _refused[id] = (times + 1, reason);
        if (reason != before)
        {
            say($"the result of offer {id} is refused: {reason}");
        }

        return false;
    }

    private static async Task<string> ReasonAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        try
        {
            return (await answer.Content.ReadFromJsonAsync<Microsoft.AspNetCore.Mvc.ProblemDetails>(stop))?.Detail ?? $"answered with {(int)answer.StatusCode}";
        }
        catch (JsonException)
        {
            return $"answered with {(int)answer.StatusCode}";
        }
    }

    private string Problem(ImmutableArray<OfferView> offers, DateTimeOffset last)
    {
        var up = Up(offers).ToList();
        var (of, after) = ($"for {last.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC", $"after {patience.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s");
        return up.Find(offer => offer.Start == last && _refused.ContainsKey(offer.Id)) is { } refused ? $"offer {refused.Id} {of} has no result {after}: {_refused[refused.Id].Reason}"
            : $"nothing is offered upward {(up.Count == 0 ? "" : $"{of} ")}{after}";
    }
}
