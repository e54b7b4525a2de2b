namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>
/// Machine code by hand, so that no compiler stands between test and node. With call data it reverts with just that; without,
/// it logs 32 zero bytes with topic 0x2a and returns them.
/// </summary>
internal static class EchoContract
{
    // CALLDATACOPY(0, 0, CALLDATASIZE), REVERT(0, CALLDATASIZE), else LOG1(0, 32, 0x2a), RETURN(0, 32):
    //   36 15 60 0c 57 | 36 5f 5f 37 36 5f fd | 5b 60 2a 60 20 5f a1 60 20 5f f3
    public const string Runtime = "0x3615600c57365f5f37365ffd5b602a60205fa160205ff3";

    // PUSH1 size, PUSH1 offset 10, PUSH0, CODECOPY, PUSH1 size, PUSH0, RETURN: 60 17 60 0a 5f 39 60 17 5f f3, then the runtime.
    public const string Creation = "0x6017600a5f3960175ff33615600c57365f5f37365ffd5b602a60205fa160205ff3";
}
