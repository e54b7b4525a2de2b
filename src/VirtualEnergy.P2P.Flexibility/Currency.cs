using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>Currency of costs, ISO 4217, as far as the schema lists them.</summary>
[JsonConverter(typeof(WireEnumConverter<Currency>))]
public enum Currency
{
    AED, ANG, AUD, CHE, CHF, CHW, EUR, GBP, LBP, LKR, LRD, LSL, LYD, MAD, MDL, MGA,
    MKD, MMK, MNT, MOP, MRO, MUR, MVR, MWK, MXN, MXV, MYR, MZN, NAD, NGN, NIO, NOK,
    NPR, NZD, OMR, PAB, PEN, PGK, PHP, PKR, PLN, PYG, QAR, RON, RSD, RUB, RWF, SAR,
    SBD, SCR, SDG, SEK, SGD, SHP, SLL, SOS, SRD, SSP, STD, SYP, SZL, THB, TJS, TMT,
    TND, TOP, TRY, TTD, TWD, TZS, UAH, UGX, USD, USN, UYI, UYU, UZS, VEF, VND, VUV,
    WST, XAG, XAU, XBA, XBB, XBC, XBD, XCD, XOF, XPD, XPF, XPT, XSU, XTS, XUA, XXX,
    YER, ZAR, ZMW, ZWL,
}
