using System.Globalization;

namespace VirtualEnergy.P2P.Node.Lab.Reports;

/// <summary>What was replayed, in a line.</summary>
public static class LabHeading
{
    public static string Of(LabPlan plan) => string.Create(CultureInfo.InvariantCulture,
        $"{plan.Community.Households.Length} homes, {Days(plan.Span)}, {plan.Span.Length} periods; {plan.Community.Source}");

    /// <summary>"2021-03-01", or "2021-03-01 to 2021-03-31".</summary>
    public static string Days(LabSpan span) =>
        span.Days == 1 ? $"{span.From:yyyy-MM-dd}" : $"{span.From:yyyy-MM-dd} to {span.To:yyyy-MM-dd}";
}
