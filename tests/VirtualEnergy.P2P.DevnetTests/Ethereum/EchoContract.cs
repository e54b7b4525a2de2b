using System.Buffers.Binary;

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

    /// <summary>Creation code of nothing, which reverts in every block but one: it tells on which block a node runs a call.</summary>
    public static byte[] PassingIn(ulong blockNumber)
    {
        // NUMBER, PUSH8 blockNumber, EQ, PUSH1 17, JUMPI, PUSH0, PUSH0, REVERT, 17: JUMPDEST, STOP.
        byte[] code = [0x43, 0x67, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0x60, 17, 0x57, 0x5f, 0x5f, 0xfd, 0x5b, 0x00];
        BinaryPrimitives.WriteUInt64BigEndian(code.AsSpan(2), blockNumber);
        return code;
    }
}
