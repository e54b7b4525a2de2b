using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>Remembers what the meter said and what the exchange acknowledged, and holds metered periods against it.</summary>
public sealed class OwnReadings
{
    /// <summary>A week of quarter hours: for as long the exchange takes corrections.</summary>
    private const int Kept = 672;

    private readonly SortedDictionary<Period, (MeterReading Reading, bool IsReceipted)> _sent = [];

    /// <summary>A reading goes out; of a period the last one counts.</summary>
    public void Sent(MeterReading reading)
    {
        _sent[reading.Period] = (reading, false);
        if (_sent.Count > Kept)
        {
            _sent.Remove(_sent.Keys.First());
        }
    }

    /// <summary>The exchange has signed for it.</summary>
    public void Receipted(Period period, long number)
    {
        if (_sent.TryGetValue(period, out var sent) && sent.Reading.Number == number)
        {
            _sent[period] = (sent.Reading, true);
        }
    }

    /// <summary>What is wrong with a settled period, as far as this meter knows; null where nothing is.</summary>
    public string? Objection(DeviationResult result, MemberId member)
    {
        var own = result.Positions.Where(position => position.Settled.Position.Member == member).Take(1).ToList();
        if (own is not [var (settled, _, source)] || !_sent.TryGetValue(result.Period, out var sent) || source.IsDisputed)
        {
            return null;
        }

        if (source.Reading is null)
        {
            return sent.IsReceipted ? $"period {result.Period} is settled by an estimate, and the exchange has signed for a reading." : null;
        }

        // A reading of a higher number may have been sent by another program of the member's.
        return settled.Position.Metered != source.Reading.Net
            ? $"period {result.Period} is settled by {settled.Position.Metered}, and the reading beside it says {source.Reading.Net}."
            : source.Reading.Number == sent.Reading.Number && source.Reading != sent.Reading
                ? $"period {result.Period} is settled by another reading {source.Reading.Number} than this meter's."
                : null;
    }
}
