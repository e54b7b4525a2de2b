using System.Globalization;

namespace VirtualEnergy.P2P.Node.Lab.Tables;

/// <summary>A column of a result table: its name says the unit, null is a missing value.</summary>
public abstract record LabColumn(string Name)
{
    /// <summary>A line's value as CSV has it; empty where it is missing.</summary>
    public abstract string Text(int line);
}

/// <summary>Names and times.</summary>
public sealed record TextColumn(string Name, string[] Values) : LabColumn(Name)
{
    public override string Text(int line) => Values[line];
}

/// <summary>Wh, µEUR, nEUR and counts: exact.</summary>
public sealed record IntegerColumn(string Name, long?[] Values) : LabColumn(Name)
{
    public override string Text(int line) => Values[line]?.ToString(CultureInfo.InvariantCulture) ?? "";
}

/// <summary>Ratios and means.</summary>
public sealed record NumberColumn(string Name, double?[] Values) : LabColumn(Name)
{
    /// <summary>The shortest digits that give the same number back.</summary>
    public override string Text(int line) => Values[line]?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
