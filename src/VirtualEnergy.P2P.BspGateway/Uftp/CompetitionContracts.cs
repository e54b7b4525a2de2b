using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>What one contract earned over some days, µEUR.</summary>
/// <param name="ContractId">The window.</param>
/// <param name="Availability">For standing ready.</param>
/// <param name="Utilisation">For energy.</param>
public readonly record struct ContractEarnings(string ContractId, Money Availability, Money Utilisation)
{
    public Money Total => Availability + Utilisation;
}

/// <summary>
/// The windows that were awarded: what is reserved in which period, what a request obliges us to offer, and what was earned. Source of
/// the rules of reservation: Shapeshifter specification, appendix on the flex reservation mechanism.
/// </summary>
public sealed class CompetitionContracts
{
    private readonly Dictionary<string, (CompetitionArea Area, ServiceWindow Window, WindowBid Award)> _contracts;
    private readonly string _operator;
    private readonly Dictionary<(string ContractId, DateOnly Day, int Isp), long> _left = [];

    /// <exception cref="ArgumentException">An award does not belong to the competition.</exception>
    public CompetitionContracts(GridCompetition competition, IEnumerable<WindowBid> awards)
    {
        _operator = competition.OperatorDomain;
        _contracts = awards.ToDictionary(award => award.WindowId, award => CompetitionBids.Problem(competition, award) is { } problem
            ? throw new ArgumentException(problem, nameof(awards))
            : Contract(competition, award));
    }

    /// <summary>What is reserved in a period, W against the baseline, + consumption: the contract's power until the operator has released some of it.</summary>
    public long Reserved(string contractId, DateOnly day, int isp) =>
        _contracts.TryGetValue(contractId, out var contract) && contract.Window.PeriodsOf(day).Contains(isp)
            ? _left.TryGetValue((contractId, day, isp), out var left) ? left : contract.Window.Signed(contract.Award.Watts)
            : 0;

    /// <summary>Takes a release: null when it is taken, else why not. What was released is not reserved again.</summary>
    public string? Release(FlexReservationUpdate update)
    {
        if (!_contracts.TryGetValue(update.ContractId, out var contract) || update.SenderDomain != _operator)
        {
            return "Unknown ContractID";
        }

        if (contract.Area.CongestionPoint != update.CongestionPoint)
        {
            return "Invalid CongestionPoint";
        }

        var changes = update.Isps.SelectMany(isp => Enumerable.Range(isp.Start, isp.Span.Count).Select(at => (Isp: at, isp.Power))).ToList();
        if (changes.Exists(change => change.Power != 0 && Reserved(update.ContractId, update.Period, change.Isp) is var before && (Math.Sign(change.Power) != Math.Sign(before) || Math.Abs(change.Power) > Math.Abs(before))))
        {
            return "More than is reserved";
        }

        foreach (var change in changes.Where(change => contract.Window.PeriodsOf(update.Period).Contains(change.Isp)))
        {
            _left[(update.ContractId, update.Period, change.Isp)] = change.Power;
        }

        return null;
    }

    /// <summary>What a request under a contract obliges us to offer: in each requested period the lesser of what is reserved and what is requested, in the same direction; nothing elsewhere.</summary>
    public IReadOnlyList<IspPower> Obligation(FlexRequest request)
    {
        if (request.ContractId is not { } id || !_contracts.ContainsKey(id) || request.SenderDomain != _operator)
        {
            return [];
        }

        return
        [
            .. from isp in request.Isps
               where isp.Disposition == FlexDisposition.Requested
               from at in Enumerable.Range(isp.Start, isp.Span.Count)
               let reserved = Reserved(id, request.Period, at)
               let power = reserved < 0 ? Math.Max(reserved, Math.Min(isp.MinPower, 0)) : Math.Min(reserved, Math.Max(isp.MaxPower, 0))
               where power != 0
               orderby at
               select new IspPower(power, at),
        ];
    }

    /// <summary>What a contract earned from one day to another, both counted: availability by what was reserved and ready, utilisation by what was ordered and delivered; each sum rounded half up once.</summary>
    /// <param name="contractId">The contract.</param>
    /// <param name="from">The first day.</param>
    /// <param name="until">The last day.</param>
    /// <param name="ready">What was ready in a period, W, never negative; more than reserved counts as reserved.</param>
    /// <param name="delivered">What was delivered of what was ordered in a period, Wh, never negative; nothing beyond the order.</param>
    public ContractEarnings Earned(string contractId, DateOnly from, DateOnly until, Func<DateOnly, int, long> ready, Func<DateOnly, int, long> delivered)
    {
        var (_, window, award) = _contracts[contractId];
        var (quarterWatts, wattHours) = (Int128.Zero, Int128.Zero);
        for (var day = from; day <= until; day = day.AddDays(1))
        {
            foreach (var isp in window.PeriodsOf(day))
            {
                quarterWatts += Math.Clamp(ready(day, isp), 0, Math.Abs(Reserved(contractId, day, isp)));
                wattHours += Math.Max(0, delivered(day, isp));
            }
        }

        // A watt ready for a quarter hour is 1/4 000 000 of a MW and hour; a watt-hour a thousandth of a kWh.
        return new ContractEarnings(contractId, HalfUp(quarterWatts * award.AvailabilityPrice, 4_000_000), HalfUp(wattHours * award.UtilisationPrice, 1_000));
    }

    private static Money HalfUp(Int128 amount, int parts) => new(checked((long)((amount + (parts / 2)) / parts)));

    private static (CompetitionArea Area, ServiceWindow Window, WindowBid Award) Contract(GridCompetition competition, WindowBid award)
    {
        var (area, window) = competition.Windows.First(pair => pair.Window.Id == award.WindowId);
        return (area, window, award);
    }
}
