using VirtualEnergy.P2P.Settlement.Contracts;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Contracts;

public sealed class RuntimeCodeTests
{
    // Six bytes, of which the third and fourth are written at deployment.
    private static readonly RuntimeCode Code = new([1, 2, 0, 0, 5, 6], [(2, 2)]);

    [Theory]
    [InlineData(new byte[] { 1, 2, 0, 0, 5, 6 }, true)]
    [InlineData(new byte[] { 1, 2, 77, 88, 5, 6 }, true)]
    [InlineData(new byte[] { 1, 9, 77, 88, 5, 6 }, false)]
    [InlineData(new byte[] { 1, 2, 77, 88, 5, 7 }, false)]
    [InlineData(new byte[] { 1, 2, 77, 88, 5 }, false)]
    [InlineData(new byte[] { 1, 2, 77, 88, 5, 6, 0 }, false)]
    [InlineData(new byte[0], false)]
    public void Only_immutables_may_differ(byte[] onChain, bool expected) => Assert.Equal(expected, Code.IsThatOf(onChain));
}
