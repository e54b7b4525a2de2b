using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Linq.Expressions;
using System.Reflection;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Xml;

/// <summary>The parts of a record that stands for an element, in the order of its schema.</summary>
internal sealed class XmlShape
{
    private static readonly ConcurrentDictionary<Type, XmlShape> Known = new();

    private XmlShape(Type type)
    {
        Type = type;
        var nullability = new NullabilityInfoContext();
        Parts = [.. type.GetProperties()
            .Where(property => property.IsDefined(typeof(XmlPartAttribute)))
            .OrderBy(property => Depth(property.DeclaringType!)).ThenBy(property => property.MetadataToken)
            .Select(property => new Part(property, nullability))];
    }

    public Type Type { get; }

    public ImmutableArray<Part> Parts { get; }

    public static XmlShape Of(Type type) => Known.GetOrAdd(type, static key => new XmlShape(key));

    private static int Depth(Type type) => type.BaseType is { } parent ? 1 + Depth(parent) : 0;

    /// <summary>One part: what it is called, whether it may be absent or repeated, and how its value is read from and put into the record.</summary>
    internal sealed class Part
    {
        public Part(PropertyInfo property, NullabilityInfoContext nullability)
        {
            Rule = property.GetCustomAttribute<XmlPartAttribute>()!;
            var type = property.PropertyType;
            IsList = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueList<>);
            Of = IsList ? type.GetGenericArguments()[0] : Nullable.GetUnderlyingType(type) ?? type;
            MayBeAbsent = IsList ? Rule.LeastItems == 0 : Nullable.GetUnderlyingType(type) is not null || (!type.IsValueType && nullability.Create(property).WriteState == NullabilityState.Nullable);
            (Get, Set) = (Getter(property), Setter(property));
            MakeList = IsList ? (Func<List<object>, object>)typeof(Part).GetMethod(nameof(ListMaker), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(Of).Invoke(null, null)! : null;
        }

        public XmlPartAttribute Rule { get; }

        public bool IsList { get; }

        public bool MayBeAbsent { get; }

        /// <summary>The type of one value.</summary>
        public Type Of { get; }

        public bool IsSimple => XmlValues.IsSimple(Of);

        public Func<object, object?> Get { get; }

        public Action<object, object?> Set { get; }

        public Func<List<object>, object>? MakeList { get; }

        public string NameIn(bool earlier) => earlier ? Rule.EarlierName ?? Rule.Name : Rule.Name;

        private static Func<List<object>, object> ListMaker<T>() => items => ValueList.From(items.Cast<T>());

        private static Func<object, object?> Getter(PropertyInfo property)
        {
            var self = Expression.Parameter(typeof(object));
            return Expression.Lambda<Func<object, object?>>(Expression.Convert(Expression.Property(Expression.Convert(self, property.DeclaringType!), property), typeof(object)), self).Compile();
        }

        private static Action<object, object?> Setter(PropertyInfo property)
        {
            var (self, value) = (Expression.Parameter(typeof(object)), Expression.Parameter(typeof(object)));
            var call = Expression.Call(Expression.Convert(self, property.DeclaringType!), property.SetMethod!, Expression.Convert(value, property.PropertyType));
            return Expression.Lambda<Action<object, object?>>(call, self, value).Compile();
        }
    }
}
