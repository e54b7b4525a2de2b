namespace VirtualEnergy.P2P.Node;

/// <summary>Something the user can put right: its message is one line that says what, where and what to do. Exit code 2.</summary>
public sealed class UserErrorException : Exception
{
    public UserErrorException()
    {
    }

    public UserErrorException(string message)
        : base(message)
    {
    }

    public UserErrorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
