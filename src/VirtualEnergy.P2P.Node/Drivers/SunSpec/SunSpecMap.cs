using System.Collections.Immutable;
using VirtualEnergy.P2P.Node.Drivers.Modbus;

namespace VirtualEnergy.P2P.Node.Drivers.SunSpec;

/// <summary>Where a model's registers stand.</summary>
/// <param name="Id">SunSpec's number of it.</param>
/// <param name="Address">Of the register that holds the number.</param>
/// <param name="Length">Registers after number and length.</param>
public readonly record struct ModelPlace(int Id, int Address, int Length);

/// <summary>The chain of models that a device has, found where SunSpec lets it begin: at register 40000, 50000 or 0.</summary>
public sealed record SunSpecMap(int Base, ImmutableArray<ModelPlace> Models)
{
    public static readonly ImmutableArray<int> Bases = [40_000, 50_000, 0];

    // More than any device has; a chain that goes on is one that leads nowhere.
    private const int MostModels = 64;
    private const int MostLength = 2_048;
    private const int EndOfChain = 0xFFFF;

    // "SunS"
    private const ushort MarkHigh = 0x5375;
    private const ushort MarkLow = 0x6E53;

    public ModelPlace? Find(Func<int, bool> id) => Models.Where(model => id(model.Id)).Select(model => (ModelPlace?)model).FirstOrDefault();

    /// <summary>Looks for the mark, then follows the chain.</summary>
    /// <param name="read">First register, count.</param>
    /// <exception cref="SunSpecException">No mark, or a chain that cannot be followed.</exception>
    /// <exception cref="ModbusException">The device cannot be reached.</exception>
    public static async Task<SunSpecMap> DiscoverAsync(Func<int, int, Task<ushort[]>> read)
    {
        foreach (var first in Bases)
        {
            try
            {
                if (await read(first, 2).ConfigureAwait(false) is [MarkHigh, MarkLow])
                {
                    return new SunSpecMap(first, await FollowAsync(first + 2, read).ConfigureAwait(false));
                }
            }
            catch (ModbusException refused) when (refused.Fault is not null)
            {
                // Nothing at this address: the next may have it.
            }
        }

        throw new SunSpecException($"no SunSpec device: the mark SunS stands at none of registers {string.Join(", ", Bases)}");
    }

    private static async Task<ImmutableArray<ModelPlace>> FollowAsync(int address, Func<int, int, Task<ushort[]>> read)
    {
        var models = ImmutableArray.CreateBuilder<ModelPlace>();
        while (true)
        {
            if (address > 65_534)
            {
                throw new SunSpecException("the chain of models runs past the last register");
            }

            var head = await read(address, 2).ConfigureAwait(false);
            if (head[0] == EndOfChain)
            {
                break;
            }

            if (models.Count == 0 && head[0] != CommonModel.Id)
            {
                break;
            }

            var place = new ModelPlace(head[0], address, head[1]);
            if (place.Length > MostLength || models.Count == MostModels)
            {
                throw new SunSpecException($"the chain of models breaks at register {address}: model {place.Id} of length {place.Length}, number {models.Count + 1}");
            }

            models.Add(place);
            address += 2 + place.Length;
        }

        return models.Count > 0
            ? models.ToImmutable()
            : throw new SunSpecException("the chain of models does not begin with the common model");
    }
}
