using System.Text.Json;

namespace VirtualEnergy.P2P.Flexibility.S2.Wire;

/// <summary>A field that cannot be taken, found inside the JSON reader; it never leaves <see cref="S2Codec"/>.</summary>
internal sealed class FieldException : JsonException
{
    public FieldException(string problem, bool isContent = false, string where = "")
        : base(problem)
    {
        Problem = problem;
        IsContent = isContent;
        Where = where;
    }

    public string Problem { get; }

    /// <summary>True where the schema would take the field, but no device can mean it.</summary>
    public bool IsContent { get; }

    /// <summary>The place below the list in which it was found.</summary>
    public string Where { get; }
}
