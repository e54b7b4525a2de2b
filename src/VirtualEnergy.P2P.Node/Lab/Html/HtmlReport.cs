namespace VirtualEnergy.P2P.Node.Lab.Html;

public static class HtmlReport
{
    public static string Of(LabResult result, string commandLine) => commandLine + result.Plan.Seed;
}
