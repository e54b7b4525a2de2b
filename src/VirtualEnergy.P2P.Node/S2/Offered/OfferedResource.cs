using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using InstructionStatusUpdate = VirtualEnergy.P2P.Flexibility.S2.Messages.InstructionStatusUpdate;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>
/// A device of ours that another energy manager can run over S2: it describes itself when it is selected, begins what it is told when that is due,
/// says how far it is, and is its own master when its manager is gone.
/// </summary>
/// <remarks>
/// What contradicts its description was refused by the session already. Everything happens in turn: one thing that is heard, or one step, at a time.
/// It knows no clock but the one it is given and does nothing by itself: <see cref="StepAsync"/> is called about every second.
/// </remarks>
/// <param name="resource">Its id.</param>
/// <param name="who">Who it is.</param>
/// <param name="time">Says what is due.</param>
public abstract class OfferedResource(Identifier resource, OfferedIdentity who, TimeProvider time)
{
    /// <summary>How often it says how it is.</summary>
    public static readonly TimeSpan SaysEvery = TimeSpan.FromMinutes(1);

    /// <summary>Nothing is begun that lies further ahead: the manager's clock is wrong.</summary>
    public static readonly TimeSpan MostAhead = Timeline<S2Message>.MostAhead;

    private readonly Lock _gate = new();
    private readonly List<S2Instruction> _waiting = [];
    private readonly Dictionary<Identifier, Identifier> _running = [];
    private Task _turn = Task.CompletedTask;
    private DateTimeOffset _saidAt;
    private S2Connection? _manager;
    private bool _isSelected;
    private bool _isManaged;

    /// <summary>Who it is.</summary>
    public OfferedIdentity Who => who;

    /// <summary>The one way in which it lets itself be controlled.</summary>
    public abstract ControlType Control { get; }

    /// <summary>Whether it can be managed now; a car that is away cannot, and has no session.</summary>
    public virtual bool IsThere => true;

    /// <summary>Told why something was not done, in one line.</summary>
    public Action<string> Noted { get; set; } = _ => { };

    private protected Identifier Resource => resource;

    private protected TimeProvider Time => time;

    private protected DateTimeOffset Now => time.GetUtcNow();

    /// <summary>What it introduces itself with.</summary>
    public ResourceManagerDetails Details(Identifier messageId) => new(
        messageId, resource, [new Role(Role, Commodity.Electricity)], new S2Duration(0), [Control], HasForecast, [CommodityQuantity.ElectricPower3PhaseSymmetric], who.Name, who.Maker, who.Model,
        Currency: HasCosts ? Currency.EUR : null);

    /// <summary>Hears its manager.</summary>
    public ValueTask HearAsync(S2Connection manager, S2Event news, CancellationToken stop = default) => new(InTurnAsync(() => news switch
    {
        _ when !manager.IsEstablished => Task.CompletedTask, // What was said before the session ended holds no more.
        S2Taken { Message: SelectControlType select } => SelectAsync(manager, select.ControlType == Control, stop),
        S2Taken { Message: S2Instruction instruction } => TakeAsync(manager, instruction, stop),
        S2Taken { Message: RevokeObject revoke } => RevokeAsync(manager, revoke.ObjectId, stop),
        _ => Task.CompletedTask,
    }));

    /// <summary>Time went by: begins what is due, ends what is over, and says how it is. Called about every second.</summary>
    public Task StepAsync(CancellationToken stop = default) => InTurnAsync(() => OneStepAsync(_manager is { IsEstablished: true } manager ? manager : null, stop));

    /// <summary>Nobody manages it any more.</summary>
    /// <returns>Null when it is its own master; else why that could not be told it, in one line.</returns>
    public async Task<string?> RestAsync(CancellationToken stop = default)
    {
        string? problem = null;
        await InTurnAsync(async () => problem = await LetGoAsync(stop).ConfigureAwait(false)).ConfigureAwait(false);
        return problem;
    }

    private protected abstract RoleType Role { get; }

    /// <summary>Says something to its manager. What the session has against it is noted; when that is over, nothing is.</summary>
    private protected void Tell(S2Connection manager, Func<Identifier, S2Request> make)
    {
        if (manager.Send(make) is { } problem && manager.IsEstablished)
        {
            Noted($"cannot say how it is: {problem}");
        }
    }

    private protected virtual bool HasForecast => false;

    private protected virtual bool HasCosts => false;

    /// <summary>What stands against an instruction that its description allows; null when nothing.</summary>
    private protected virtual string? ProblemOf(S2Instruction instruction) => null;

    /// <summary>Whether an instruction takes the place of another that still waits.</summary>
    private protected virtual bool Replaces(S2Instruction instruction, S2Instruction waiting) => false;

    /// <summary>What waits for its moment has changed, and is said where the control type has words for it.</summary>
    private protected virtual void SayWaiting(S2Connection manager)
    {
    }

    /// <summary>Instructions that wait for their moment.</summary>
    private protected IReadOnlyList<S2Instruction> Waiting => _waiting;

    /// <summary>Whether an instruction is under way in a slot.</summary>
    private protected bool IsTold(Identifier slot) => _running.ContainsKey(slot);

    /// <summary>Begins what is due.</summary>
    private protected abstract Task<Begun> BeginAsync(S2Connection manager, S2Instruction instruction, CancellationToken stop);

    /// <summary>A revoked instruction was under way: the device ends it as far as it can.</summary>
    private protected abstract Task EndAsync(Identifier slot, CancellationToken stop);

    /// <summary>What has come to its end by itself.</summary>
    /// <returns>The slots in which something ran.</returns>
    private protected abstract Task<IReadOnlyCollection<Identifier>> FinishAsync(S2Connection? manager, CancellationToken stop);

    /// <summary>Tells the device once more what holds, so that it goes on.</summary>
    private protected virtual Task RepeatAsync(CancellationToken stop) => Task.CompletedTask;

    /// <summary>Describes itself, anew where <paramref name="isNew"/>, else as far as something has changed.</summary>
    /// <returns>Whether anything was said.</returns>
    private protected abstract bool Describe(S2Connection manager, bool isNew);

    /// <summary>Says in which mode it is, how full it is and the like.</summary>
    private protected abstract void SayState(S2Connection manager);

    /// <summary>W at this moment; null while it does not say.</summary>
    private protected abstract double? Watts { get; }

    /// <summary>Makes the device its own master.</summary>
    private protected abstract Task<string?> FreeAsync(CancellationToken stop);

    private async Task SelectAsync(S2Connection manager, bool isSelected, CancellationToken stop)
    {
        if (_isManaged)
        {
            await LetGoAsync(stop).ConfigureAwait(false);
        }

        _waiting.Clear();
        (_manager, _isSelected) = (manager, isSelected);
        if (isSelected)
        {
            Describe(manager, isNew: true);
        }

        Say(manager);
    }

    private async Task TakeAsync(S2Connection manager, S2Instruction instruction, CancellationToken stop)
    {
        var problem = instruction.ExecutionTime - Now > MostAhead ? $"it is to begin more than {MostAhead.TotalDays} days ahead" : ProblemOf(instruction);
        if (problem is not null)
        {
            Noted($"does not take {instruction.Id}: {problem}");
            Update(manager, instruction.Id, InstructionStatus.Rejected);
            return;
        }

        Update(manager, instruction.Id, InstructionStatus.Accepted);
        foreach (var outdated in _waiting.Where(one => Replaces(instruction, one)).ToList())
        {
            _waiting.Remove(outdated);
            Update(manager, outdated.Id, InstructionStatus.Aborted);
        }

        _waiting.Add(instruction);
        if (instruction.ExecutionTime > Now)
        {
            SayWaiting(manager);
        }

        await BeginDueAsync(manager, stop).ConfigureAwait(false);
    }

    private async Task RevokeAsync(S2Connection manager, Identifier instruction, CancellationToken stop)
    {
        if (_waiting.RemoveAll(one => one.Id == instruction) > 0)
        {
            SayWaiting(manager);
            return;
        }

        foreach (var (slot, _) in _running.Where(one => one.Value == instruction).ToList())
        {
            _running.Remove(slot);
            await EndAsync(slot, stop).ConfigureAwait(false);
            Say(manager);
        }
    }

    private async Task OneStepAsync(S2Connection? manager, CancellationToken stop)
    {
        if (manager is not null && !IsThere)
        {
            manager.Close($"{who.Name} is away");
            manager = null;
        }

        if (manager is null)
        {
            (_manager, _isSelected) = (null, false);
            if (_isManaged)
            {
                await LetGoAsync(stop).ConfigureAwait(false);
            }

            await FinishAsync(null, stop).ConfigureAwait(false);
            return;
        }

        var (isNews, isTime) = (_isSelected && Describe(manager, isNew: false), Now - _saidAt >= SaysEvery);
        await BeginDueAsync(manager, stop).ConfigureAwait(false);
        var over = await FinishAsync(manager, stop).ConfigureAwait(false);
        if ((isNews || isTime) && _isManaged)
        {
            await RepeatAsync(stop).ConfigureAwait(false);
        }

        if (isNews || isTime || over.Count > 0)
        {
            Say(manager);
        }

        foreach (var slot in over)
        {
            if (_running.Remove(slot, out var done))
            {
                Update(manager, done, InstructionStatus.Succeeded);
            }
        }
    }

    private async Task BeginDueAsync(S2Connection manager, CancellationToken stop)
    {
        var now = Now;
        foreach (var instruction in _waiting.Where(one => one.ExecutionTime <= now).OrderBy(one => one.ExecutionTime).ToList())
        {
            _waiting.Remove(instruction);
            var begun = await BeginAsync(manager, instruction, stop).ConfigureAwait(false);
            if (begun.Problem is { } problem)
            {
                Noted($"does not do {instruction.Id}: {problem}");
                Update(manager, instruction.Id, InstructionStatus.Aborted);
                if (begun.IsFree)
                {
                    _isManaged = false;
                    if (_running.Remove(begun.Slot, out var given))
                    {
                        Update(manager, given, InstructionStatus.Aborted);
                    }
                }
            }
            else
            {
                // What ran until now was done for as long as it held.
                if (_running.Remove(begun.Slot, out var before))
                {
                    Update(manager, before, InstructionStatus.Succeeded);
                }

                _isManaged = true;
                Update(manager, instruction.Id, InstructionStatus.Started);
                if (begun.IsOver)
                {
                    Update(manager, instruction.Id, InstructionStatus.Succeeded);
                }
                else
                {
                    _running[begun.Slot] = instruction.Id;
                }
            }

            Say(manager);
        }
    }

    private async Task<string?> LetGoAsync(CancellationToken stop)
    {
        _waiting.Clear();
        _running.Clear();
        _isManaged = false;
        return await FreeAsync(stop).ConfigureAwait(false);
    }

    private void Say(S2Connection manager)
    {
        _saidAt = Now;
        if (_isSelected)
        {
            SayState(manager);
        }

        if (Watts is { } watts)
        {
            Tell(manager, id => new PowerMeasurement(id, Now, [new PowerValue(CommodityQuantity.ElectricPower3PhaseSymmetric, watts)]));
        }
    }

    private void Update(S2Connection manager, Identifier instruction, InstructionStatus status) =>
        Tell(manager, id => new InstructionStatusUpdate(id, instruction, status, Now));

    private Task InTurnAsync(Func<Task> work)
    {
        lock (_gate)
        {
            return _turn = AfterAsync(_turn, work);
        }
    }

    private static async Task AfterAsync(Task before, Func<Task> work)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await work().ConfigureAwait(false);
    }

    /// <summary>How beginning went.</summary>
    /// <param name="Slot">What is busy with it; the next one there takes its place.</param>
    /// <param name="Problem">Why it was not begun; null when it was.</param>
    /// <param name="IsOver">Whether it is done with that.</param>
    /// <param name="IsFree">Whether the device is its own master now, because it did not take it.</param>
    private protected readonly record struct Begun(Identifier Slot, string? Problem = null, bool IsOver = false, bool IsFree = false);
}
