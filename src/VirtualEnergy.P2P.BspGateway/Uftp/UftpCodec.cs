using System.Globalization;
using System.Text.RegularExpressions;
using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>
/// Messages of the USEF Flex Trading Protocol (Shapeshifter 3) as bytes and as records. Source: Shapeshifter specification,
/// schemas of version 3. Nothing that is read is thrown back as an exception.
/// </summary>
public static partial class UftpCodec
{
    private const string Signed = "SignedMessage";

    private static readonly XmlDialect Dialect = new(
        ValuesAreAttributes: true,
        new Dictionary<string, Func<string, string?>>(StringComparer.Ordinal)
        {
            ["Version"] = text => VersionForm().IsMatch(text) ? null : "A version is three numbers with dots.",
            ["Domain"] = text => IsDomain(text) ? null : "A domain is written in small letters, as agr.example.org.",
            ["Entity"] = text => IsEntityAddress(text) ? null : "An address begins with ean. and 12 to 34 digits, or is ea1.yyyy-mm.domain:name.",
            ["TimeZone"] = text => text.Length <= 64 && ZoneForm().IsMatch(text) ? null : "A time zone has its name in the IANA database, as Europe/Rome.",
            ["Meter"] = text => IsMeter(text) ? null : "A meter's EAN is E and 16 digits.",
            ["Currency"] = text => CurrencyForm().IsMatch(text) ? null : "A currency has three letters, as EUR.",
            ["Factor"] = text => decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) && factor is >= 0.01m and <= 1m ? null : "A factor lies between 0.01 and 1.",
        },
        new Dictionary<string, Func<CodedId, string?>>(StringComparer.Ordinal));

    internal static bool IsDomain(string text) => text.Length <= 253 && DomainForm().IsMatch(text);

    internal static bool IsEntityAddress(string text) => text.Length <= 255 && EntityForm().IsMatch(text);

    /// <summary>The schema's form of a meter's EAN.</summary>
    internal static bool IsMeter(string text) => text.Length == 17 && text[0] is 'E' or 'e' && text[1..].All(char.IsAsciiDigit);

    /// <summary>The inner message, or null and what is wrong.</summary>
    public static UftpMessage? Read(ReadOnlySpan<byte> bytes, out ValueList<XmlFault> faults)
    {
        if (BoundedXml.Read(bytes, out var fault) is not { } root)
        {
            faults = [fault!];
            return null;
        }

        if (UftpKind.Of(root.Name) is not { } kind || root.Namespace.Length > 0)
        {
            faults = [new XmlFault(XmlFaultKind.UnknownDocument, "", "No message that is taken here.")];
            return null;
        }

        var binder = new XmlBinder(Dialect);
        var message = (UftpMessage?)binder.Bind(kind.Type, root);
        faults = ValueList.From(binder.Faults);
        return message;
    }

    /// <summary>The outer message, or null and what is wrong.</summary>
    public static SignedMessage? ReadSigned(ReadOnlySpan<byte> bytes, out ValueList<XmlFault> faults)
    {
        if (BoundedXml.Read(bytes, out var fault) is not { } root)
        {
            faults = [fault!];
            return null;
        }

        var binder = new XmlBinder(Dialect);
        var message = root.Name == Signed && root.Namespace.Length == 0 ? binder.Bind<SignedMessage>(root) : null;
        faults = message is null && binder.Faults.Count == 0 ? [new XmlFault(XmlFaultKind.UnknownDocument, "", "No SignedMessage.")] : ValueList.From(binder.Faults);
        return message;
    }

    /// <summary>The message as UTF-8, valid by its schema when its values are.</summary>
    /// <exception cref="ArgumentException">It would not be read back; the message names the place.</exception>
    public static byte[] Write(UftpMessage message)
    {
        var bytes = XmlComposer.Compose(message, UftpKind.Of(message).Root, "", Dialect);
        return Read(bytes, out var faults) is null ? throw new ArgumentException($"The message cannot be sent: {faults[0]}", nameof(message)) : bytes;
    }

    /// <summary>The outer message as UTF-8.</summary>
    public static byte[] Write(SignedMessage message) => XmlComposer.Compose(message, Signed, "", Dialect);

    [GeneratedRegex(@"\A[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}\z")]
    private static partial Regex VersionForm();

    [GeneratedRegex(@"\A([a-z0-9]{1,63}(-[a-z0-9]{1,63}){0,31}\.){1,31}[a-z]{2,63}\z")]
    private static partial Regex DomainForm();

    [GeneratedRegex(@"\A(ea1\.[0-9]{4}-[0-9]{2}\.[!-~]{1,244}:[!-~]{1,244}|ean\.[0-9]{12,34})\z")]
    private static partial Regex EntityForm();

    [GeneratedRegex(@"\A(Africa|America|Australia|Europe|Pacific)/[a-zA-Z0-9_/]{3,}\z")]
    private static partial Regex ZoneForm();

    [GeneratedRegex(@"\A[A-Z]{3}\z")]
    private static partial Regex CurrencyForm();
}
