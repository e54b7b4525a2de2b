namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>Passes on what is reported, at once and on the reporter's thread.</summary>
internal sealed class Told<T>(Action<T> tell) : IProgress<T>
{
    public void Report(T value) => tell(value);
}
