using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.Mapping;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>
/// A plant that produces by the weather and that another energy manager can curtail over S2, under power-envelope-based control. Described in EFI's inflexible category, told in S2's words.
/// </summary>
/// <remarks>A limit keeps production above the envelope's lower limit, piece after piece; when the envelope is over there is no limit. What is kept away is lost.</remarks>
public sealed class ProductionResource : OfferedResource
{
    private const CommodityQuantity Electric = CommodityQuantity.ElectricPower3PhaseSymmetric;

    private static readonly Identifier Inverter = new("inverter");

    private readonly IProductionBehind _behind;
    private readonly InflexibleCurtailmentOptions _options;
    private (CurtailmentProfile Profile, DateTimeOffset Since, int Piece)? _limits;
    private DateTimeOffset _toldFrom;

    /// <param name="resource">Its id.</param>
    /// <param name="who">Who it is.</param>
    /// <param name="behind">What does it.</param>
    /// <param name="time">Says what is due.</param>
    /// <exception cref="ArgumentException">It does not say what it gives at most.</exception>
    public ProductionResource(Identifier resource, OfferedIdentity who, IProductionBehind behind, TimeProvider time)
        : base(resource, who, time)
    {
        _behind = behind;
        var rated = behind.RatedWatts is > 0 and { } watts ? watts : throw new ArgumentException($"{who.Name} does not say what it gives at most.", nameof(behind));
        _options = new InflexibleCurtailmentOptions(
            new EfiHeader(resource, Now), Identifier.Named("limits"), Now, [new CurtailmentOption(CurtailmentQuantity.ElectricityPower, TimeSpan.Zero, [new CurtailmentRange(-rated, 0)])]);
    }

    /// <inheritdoc/>
    public override ControlType Control => ControlType.PowerEnvelopeBasedControl;

    /// <inheritdoc/>
    public override bool IsThere => _behind.IsThere;

    private protected override RoleType Role => RoleType.EnergyProducer;

    private protected override bool HasForecast => true;

    private protected override double? Watts => _behind.Watts;

    private protected override string? ProblemOf(S2Instruction instruction)
    {
        try
        {
            return InflexibleMapping.ToEfi((PebcInstruction)instruction, _options, _options.Header).Curtailment.ProblemUnder(_options.Options[0]);
        }
        catch (ArgumentException fault)
        {
            return fault.Message;
        }
    }

    private protected override async Task<Begun> BeginAsync(S2Connection manager, S2Instruction instruction, CancellationToken stop)
    {
        _limits = (InflexibleMapping.ToEfi((PebcInstruction)instruction, _options, _options.Header).Curtailment, Now, 0);
        if (await RepeatedAsync(stop).ConfigureAwait(false) is not { } refusal)
        {
            return new Begun(Inverter);
        }

        await FreeAsync(stop).ConfigureAwait(false);
        return new Begun(Inverter, refusal, IsFree: true);
    }

    private protected override async Task EndAsync(Identifier slot, CancellationToken stop) => await FreeAsync(stop).ConfigureAwait(false);

    private protected override async Task<IReadOnlyCollection<Identifier>> FinishAsync(S2Connection? manager, CancellationToken stop)
    {
        if (_limits is not { } limits)
        {
            return [];
        }

        if (PieceAt(limits.Profile, Now - limits.Since) is not { } piece)
        {
            await FreeAsync(stop).ConfigureAwait(false);
            return [Inverter];
        }

        if (piece != limits.Piece)
        {
            _limits = limits with { Piece = piece };
            await RepeatedAsync(stop).ConfigureAwait(false);
        }

        return [];
    }

    private protected override Task RepeatAsync(CancellationToken stop) => _limits is null ? Task.CompletedTask : RepeatedAsync(stop).AsTask();

    private protected override bool Describe(S2Connection manager, bool isNew)
    {
        if (isNew)
        {
            Tell(manager, id => InflexibleMapping.ToS2(_options, id, Electric));
        }

        if (!isNew && _behind.From == _toldFrom)
        {
            return false;
        }

        _toldFrom = _behind.From;
        var profile = new Profile(ValueList.From(_behind.Ahead().Select(one => new ProfileElement(_behind.Piece, one))));
        Tell(manager, id => InflexibleMapping.ToS2(new InflexibleForecast(_options.Header, _options.UpdateId, _toldFrom, new CommodityProfiles(profile)), id, Electric));
        return true;
    }

    private protected override void SayState(S2Connection manager)
    {
        // What it gives says it all.
    }

    private protected override async Task<string?> FreeAsync(CancellationToken stop)
    {
        _limits = null;
        return await _behind.LimitAsync(null, stop).ConfigureAwait(false);
    }

    private ValueTask<string?> RepeatedAsync(CancellationToken stop) => _behind.LimitAsync(-_limits!.Value.Profile.Elements[_limits.Value.Piece].Value.Value, stop);

    // Durations are added up and never to a moment: an envelope may be longer than the calendar.
    private static int? PieceAt(CurtailmentProfile profile, TimeSpan elapsed)
    {
        var end = TimeSpan.Zero;
        for (var i = 0; i < profile.Elements.Count; i++)
        {
            end += profile.Elements[i].Duration;
            if (elapsed < end)
            {
                return i;
            }
        }

        return null;
    }
}
