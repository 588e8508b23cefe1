// SPDX-License-Identifier: MIT
#include "results/zgrab_certificate.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/tls/certificate_numbers.h"
#include "results/distinguished_name.h"
#include "results/json_base64.h"
#include "results/json_members.h"
#include "results/zgrab_text.h"

namespace mxsweep::results {
namespace {

using Numbers = std::optional<tls::CertificateNumbers>;

// zcrypto's keys of the parts of a name, in the order of its schema, and the library's types.
constexpr std::pair<std::string_view, std::string_view> kNameKeys[] = {
    {"serial_number", "serialNumber"},
    {"common_name", "CN"},
    {"surname", "surName"},
    {"country", "C"},
    {"locality", "L"},
    {"province", "ST"},
    {"street_address", "street"},
    {"organization", "O"},
    {"organizational_unit", "OU"},
    {"postal_code", "postalCode"},
    {"domain_component", "DC"},
    {"email_address", "EMAIL"},
    {"given_name", "givenName"},
    {"jurisdiction_country", "jurisdictionOfIncorporationCountryName"},
    {"jurisdiction_locality", "jurisdictionOfIncorporationLocalityName"},
    {"jurisdiction_province", "jurisdictionOfIncorporationStateOrProvinceName"},
};

struct SignatureRow {
  std::string_view name;  // As in tls::Certificate.
  std::string_view zcrypto;
  std::string_view oid;
};
constexpr SignatureRow kSignatures[] = {
    {"sha256WithRSAEncryption", "SHA256-RSA", "1.2.840.113549.1.1.11"},
    {"sha384WithRSAEncryption", "SHA384-RSA", "1.2.840.113549.1.1.12"},
    {"sha512WithRSAEncryption", "SHA512-RSA", "1.2.840.113549.1.1.13"},
    {"sha1WithRSAEncryption", "SHA1-RSA", "1.2.840.113549.1.1.5"},
    {"md5WithRSAEncryption", "MD5-RSA", "1.2.840.113549.1.1.4"},
    {"md2WithRSAEncryption", "MD2-RSA", "1.2.840.113549.1.1.2"},
    {"ecdsa-with-SHA1", "ECDSA-SHA1", "1.2.840.10045.4.1"},
    {"ecdsa-with-SHA256", "ECDSA-SHA256", "1.2.840.10045.4.3.2"},
    {"ecdsa-with-SHA384", "ECDSA-SHA384", "1.2.840.10045.4.3.3"},
    {"ecdsa-with-SHA512", "ECDSA-SHA512", "1.2.840.10045.4.3.4"},
    {"dsaWithSHA1", "DSA-SHA1", "1.2.840.10040.4.3"},
    {"dsa_with_SHA256", "DSA-SHA256", "2.16.840.1.101.3.4.3.2"},
    // zcrypto has no names for these.
    {"rsassaPss", "", "1.2.840.113549.1.1.10"},
    {"sha224WithRSAEncryption", "", "1.2.840.113549.1.1.14"},
    {"sha1WithRSA", "", "1.3.14.3.2.29"},
    {"RSA-SHA3-256", "", "2.16.840.1.101.3.4.3.14"},
    {"RSA-SHA3-384", "", "2.16.840.1.101.3.4.3.15"},
    {"RSA-SHA3-512", "", "2.16.840.1.101.3.4.3.16"},
    {"ecdsa-with-SHA224", "", "1.2.840.10045.4.3.1"},
    {"ED25519", "", "1.3.101.112"},
    {"ED448", "", "1.3.101.113"},
    {"dsa_with_SHA224", "", "2.16.840.1.101.3.4.3.1"},
    {"dsa_with_SHA384", "", "2.16.840.1.101.3.4.3.3"},
    {"dsa_with_SHA512", "", "2.16.840.1.101.3.4.3.4"},
};

struct CurveRow {
  std::string_view key;  // As in tls::Certificate.
  std::string_view curve;
  std::uint16_t bits;
};
constexpr CurveRow kCurves[] = {
    {"EC P-224", "P-224", 224},
    {"EC P-256", "P-256", 256},
    {"EC P-384", "P-384", 384},
    {"EC P-521", "P-521", 521},
};

void write_list(std::span<const std::string> texts, JsonText& json) {
  json.raw("[");
  for (const std::string& text : texts) {
    if (&text != &texts.front()) json.raw(",");
    write_replaced(text, json);
  }
  json.raw("]");
}

std::vector<std::string> values(const std::vector<NamePart>& parts, std::string_view type) {
  std::vector<std::string> found;
  for (const NamePart& part : parts) {
    if (part.type == type) found.push_back(part.value);
  }
  return found;
}

void write_name(const std::vector<NamePart>& parts, JsonText& json) {
  json.raw("{");
  Members members(json);
  for (const auto& [key, type] : kNameKeys) {
    const std::vector<std::string> found = values(parts, type);
    if (!found.empty()) write_list(found, members.key(key));
  }
  json.raw("}");
}

// "C=US, ST=MI, CN=localhost, emailAddress=root@localhost"
void write_dn(const std::vector<NamePart>& parts, JsonText& json) {
  std::string text;
  for (const NamePart& part : parts) {
    if (!text.empty()) text += ", ";
    text += part.type == "EMAIL" ? "emailAddress" : part.type;
    text += '=';
    text += part.value;
  }
  write_replaced(text, json);
}

// `integer`: in two's complement.
std::string decimal(std::string_view integer) {
  const bool negative = !integer.empty() && static_cast<unsigned char>(integer.front()) >= 0x80;
  std::string digits = "0";  // The lowest first.
  for (const char c : integer) {
    auto carry = static_cast<unsigned>(static_cast<unsigned char>(c));
    if (negative) carry ^= 0xffU;
    for (char& digit : digits) {
      carry += static_cast<unsigned>(digit - '0') * 256;
      digit = static_cast<char>('0' + carry % 10);
      carry /= 10;
    }
    for (; carry > 0; carry /= 10) digits += static_cast<char>('0' + carry % 10);
  }
  if (negative) {  // -n is the complement of n - 1.
    std::size_t at = 0;
    for (; at < digits.size() && digits[at] == '9'; ++at) digits[at] = '0';
    if (at == digits.size()) digits += '0';
    ++digits[at];
    digits += '-';
  }
  std::reverse(digits.begin(), digits.end());
  return digits;
}

void write_validity(const tls::Certificate& certificate, JsonText& json) {
  json.raw("{");
  Members members(json);
  members.second("start", certificate.not_before);
  members.second("end", certificate.not_after);
  const auto length = std::chrono::floor<std::chrono::seconds>(certificate.not_after) -
                      std::chrono::floor<std::chrono::seconds>(certificate.not_before);
  const std::int64_t seconds = length.count();
  members.key("length").raw(seconds < 0 ? "-" : "");
  json.number(static_cast<std::uint64_t>(seconds < 0 ? -seconds : seconds));
  json.raw("}");
}

void write_signature_algorithm(std::string_view signature, JsonText& json) {
  json.raw("{");
  Members members(json);
  const auto* const row = std::find_if(std::begin(kSignatures), std::end(kSignatures),
                                       [&](const auto& r) { return r.name == signature; });
  if (row != std::end(kSignatures)) members.word("name", row->zcrypto);
  members.word("oid", row != std::end(kSignatures) ? row->oid : signature);
  json.raw("}");
}

void write_rsa_key(const tls::CertificateNumbers& numbers, JsonText& json) {
  std::uint32_t exponent = 0;
  for (const char c : numbers.exponent) {
    exponent = exponent << 8U | static_cast<unsigned char>(c);
  }
  std::size_t bits = 8 * numbers.modulus.size();
  for (unsigned top = static_cast<unsigned char>(numbers.modulus.front()); top < 0x80; top <<= 1U) {
    --bits;
  }
  json.raw("{");
  Members members(json);
  members.key("exponent").number(exponent);
  write_base64(numbers.modulus, members.key("modulus"));
  members.key("length").number(bits);
  json.raw("}");
}

void write_ecdsa_key(const CurveRow& curve, std::string_view point, JsonText& json) {
  constexpr char kUncompressed = 4;
  json.raw("{");
  Members members(json);
  if (!point.empty()) write_base64(point, members.key("pub"));
  if (point.size() % 2 == 1 && point.front() == kUncompressed) {
    const std::size_t half = point.size() / 2;
    write_base64(point.substr(1, half), members.key("x"));
    write_base64(point.substr(1 + half), members.key("y"));
  }
  members.word("curve", curve.curve);
  members.key("length").number(curve.bits);
  json.raw("}");
}

void write_key_algorithm(std::string_view key, JsonText& json) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"RSA ", "RSA"}, {"EC ", "ECDSA"}, {"DSA ", "DSA"}, {"Ed25519", "Ed25519"}};
  json.raw("{");
  Members members(json);
  const auto* const row = std::find_if(std::begin(kNames), std::end(kNames),
                                       [&](const auto& r) { return key.starts_with(r.first); });
  if (row != std::end(kNames)) members.word("name", row->second);
  json.raw("}");
}

void write_key_info(const tls::Certificate& certificate, const Numbers& numbers, JsonText& json) {
  json.raw("{");
  Members members(json);
  write_key_algorithm(certificate.key, members.key("key_algorithm"));
  const bool rsa = certificate.key.starts_with("RSA ") && numbers && !numbers->modulus.empty() &&
                   !numbers->exponent.empty() && numbers->exponent.size() <= 4;
  if (rsa) write_rsa_key(*numbers, members.key("rsa_public_key"));
  const auto* const curve = std::find_if(std::begin(kCurves), std::end(kCurves),
                                         [&](const auto& r) { return r.key == certificate.key; });
  if (curve != std::end(kCurves)) {
    write_ecdsa_key(*curve, numbers ? numbers->key : std::string_view(),
                    members.key("ecdsa_public_key"));
  }
  members.digest("fingerprint_sha256", certificate.spki_sha256);
  json.raw("}");
}

void write_alternative_names(const tls::Certificate& certificate, JsonText& json) {
  const std::span<const std::string> names = certificate.names;
  const std::size_t dns = std::min(certificate.dns_names, names.size());
  json.raw("{\"subject_alt_name\":{");
  Members members(json);
  if (dns > 0) write_list(names.first(dns), members.key("dns_names"));
  if (dns < names.size()) write_list(names.subspan(dns), members.key("ip_addresses"));
  json.raw("}}");
}

void write_signature(const tls::Certificate& certificate, JsonText& json) {
  json.raw("{");
  Members members(json);
  write_signature_algorithm(certificate.signature, members.key("signature_algorithm"));
  members.yes_or_no("self_signed", certificate.self_signed);
  json.raw("}");
}

// Each once, in order, as zcrypto sorts them.
std::vector<std::string> all_names(const tls::Certificate& certificate,
                                   const std::vector<NamePart>& subject) {
  std::set<std::string> names(certificate.names.begin(), certificate.names.end());
  for (std::string& name : values(subject, "CN")) {
    const bool host = name.find('.') != name.npos && name.find_first_of(" /@") == name.npos;
    if (host) names.insert(std::move(name));
  }
  return {names.begin(), names.end()};
}

}  // namespace

void write_zgrab_certificate(const tls::Certificate& certificate, JsonText& json) {
  const Numbers numbers = tls::certificate_numbers(certificate.der);
  const std::vector<NamePart> subject = split_name(certificate.subject);
  const std::vector<NamePart> issuer = split_name(certificate.issuer);
  json.raw("{");
  Members members(json);
  if (numbers && numbers->version != 0) {
    members.key("version").number(static_cast<std::uint64_t>(numbers->version));
  }
  if (numbers && !certificate.cut.serial) {
    members.word("serial_number", decimal(numbers->serial));
  }
  write_signature_algorithm(certificate.signature, members.key("signature_algorithm"));
  write_name(issuer, members.key("issuer"));
  if (!issuer.empty()) write_dn(issuer, members.key("issuer_dn"));
  write_validity(certificate, members.key("validity"));
  write_name(subject, members.key("subject"));
  if (!subject.empty()) write_dn(subject, members.key("subject_dn"));
  write_key_info(certificate, numbers, members.key("subject_key_info"));
  if (!certificate.names.empty()) write_alternative_names(certificate, members.key("extensions"));
  write_signature(certificate, members.key("signature"));
  members.digest("fingerprint_sha256", certificate.sha256);
  const std::vector<std::string> names = all_names(certificate, subject);
  if (!names.empty()) write_list(names, members.key("names"));
  json.raw("}");
}

}  // namespace mxsweep::results
