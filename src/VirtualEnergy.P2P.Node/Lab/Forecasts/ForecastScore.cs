namespace VirtualEnergy.P2P.Node.Lab.Forecasts;

/// <summary>How good the forecasts of one quantity were at one distance ahead, over all homes.</summary>
/// <param name="Quantity">load, photovoltaics or price.</param>
/// <param name="Unit">Of errors and widths.</param>
/// <param name="PeriodsAhead">1 is the period right after the last measured one.</param>
/// <param name="Count">Forecasts that were held against a measurement.</param>
/// <param name="Rmse">Root of the mean squared error.</param>
/// <param name="Mae">Mean absolute error.</param>
/// <param name="PersistenceRmse">The same of persistence: the last measured value of the same time of day.</param>
/// <param name="PersistenceMae">Mean absolute error of persistence.</param>
/// <param name="LastValueRmse">The same of what was measured last.</param>
/// <param name="Within68">Part of the measurements within the 68 % band.</param>
/// <param name="Within95">Part of them within the 95 % band.</param>
/// <param name="Width68">Mean width of the 68 % band.</param>
public sealed record ForecastScore(
    string Quantity, string Unit, int PeriodsAhead, long Count, double Rmse, double Mae, double PersistenceRmse, double PersistenceMae,
    double LastValueRmse, double Within68, double Within95, double Width68)
{
    /// <summary>1 − RMSE ÷ RMSE of persistence: 0 is no better than it, 1 is perfect, below 0 is worse.</summary>
    public double Skill => 1 - Rmse / PersistenceRmse;

    /// <summary>The same of the mean absolute errors.</summary>
    public double MaeSkill => 1 - Mae / PersistenceMae;

    /// <summary>1 − RMSE ÷ RMSE of the last value.</summary>
    public double SkillOverLastValue => 1 - Rmse / LastValueRmse;
}
