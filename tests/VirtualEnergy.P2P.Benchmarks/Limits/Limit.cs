namespace VirtualEnergy.P2P.Benchmarks.Limits;

/// <summary>One measured figure beside its goal.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">In <paramref name="Unit"/>.</param>
/// <param name="Goal">The bound that the value must keep.</param>
/// <param name="IsCeiling">True when the value must not exceed the goal, false when it must reach it.</param>
/// <param name="Unit">"x" for a ratio.</param>
/// <param name="Method">How it was measured, in a few words.</param>
public sealed record Limit(string Name, double Value, double Goal, bool IsCeiling, string Unit, string Method)
{
    public bool IsMet => IsCeiling ? Value <= Goal : Value >= Goal;

    public static Limit AtMost(string name, double value, double goal, string unit, string method) => new(name, value, goal, true, unit, method);

    public static Limit AtLeast(string name, double value, double goal, string unit, string method) => new(name, value, goal, false, unit, method);
}
