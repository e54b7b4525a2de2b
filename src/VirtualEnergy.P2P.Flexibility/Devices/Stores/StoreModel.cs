using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices.Stores;

/// <summary>A device that holds energy back or ahead of time, told in the planner's one language: what each period means for its fill.</summary>
/// <remarks>Fills in Wh of what is stored. Where a level is wanted rather than the end of what there can be, it is zero.</remarks>
public abstract record StoreModel
{
    private protected StoreModel(string name, PeriodGrid? grid)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        Grid = grid ?? PeriodGrid.QuarterHour;
    }

    /// <summary>Unique in its home.</summary>
    public string Name { get; }

    /// <summary>How long a period is.</summary>
    public PeriodGrid Grid { get; }

    /// <summary>Fill at the start, Wh.</summary>
    public abstract double InitialFill { get; }

    /// <summary>The same device by periods of another length.</summary>
    public StoreModel On(PeriodGrid grid) => grid == Grid ? this : OnOther(grid);

    private protected abstract StoreModel OnOther(PeriodGrid grid);

    /// <summary>What the period really is.</summary>
    public abstract StoreStage At(Period period);

    /// <summary>
    /// What is expected of the periods from <paramref name="now"/> on by somebody who knows what was before; what really comes unless a model says otherwise.
    /// </summary>
    public virtual StoreStage[] Expected(Period now, int length)
    {
        var stages = new StoreStage[length];
        for (var t = 0; t < length; t++)
        {
            stages[t] = At(new Period(now.Index + t));
        }

        return stages;
    }

    /// <summary>
    /// The fill that has to be left when a period ends that runs and in which all that is drawn is seen, Wh: the level that is wanted, or what the draw that is under
    /// way may need at once beyond what can be charged meanwhile.
    /// </summary>
    public virtual double NeededAfter(Period period) => At(period).Wanted;

    /// <summary>Whether it gives electricity back.</summary>
    public virtual bool CanDeliver => false;

    /// <summary>The fill beyond which more is of no use for a day or two after a period, Wh; no such fill unless a model says otherwise.</summary>
    public virtual double EnoughAfter(Period period) => double.PositiveInfinity;

    /// <summary>Electricity that a Wh of fill gives back, or saves, at the terminals.</summary>
    public static double Electricity(in StoreStage stage) => stage.MostOut > 0 ? stage.OutYield : 1 / stage.InYield;

    /// <summary>What a kWh of fill is worth where electricity has a price, µEUR/kWh: what it brings, or saves, at the terminals; a generator that costs more than that stays off.</summary>
    public static double Worth(in StoreStage stage, double price) =>
        stage.MostOut > 0 && stage.OutCost != 0 ? Math.Max(0, price - stage.OutCost) * stage.OutYield : price * Electricity(stage);

    private protected double Hours => Grid.LengthSeconds / 3600.0;

    private protected double PerPeriod(long watts) => watts * Hours;

    private protected long Watts(double perPeriod) => (long)Math.Round(perPeriod / Hours);

    private protected double KeptOf(double hoursToAnEth) => Math.Exp(-Hours / hoursToAnEth);

    private protected static double Share(double value, string name) =>
        value is > 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is a share above 0 and up to 1.");

    private protected static double Positive(double value, string name) =>
        double.IsFinite(value) && value > 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is a positive number.");

    private protected static double NotNegative(double value, string name) =>
        double.IsFinite(value) && value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is 0 or more.");
}
