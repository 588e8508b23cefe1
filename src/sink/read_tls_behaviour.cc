// SPDX-License-Identifier: MIT
#include "sink/json_reader.h"

namespace mxsweep::sink {
namespace {

namespace dom = simdjson::dom;

constexpr std::pair<std::string_view, CertificateKind> kCertificates[] = {
    {"good", CertificateKind::good},
    {"expired", CertificateKind::expired},
    {"not_yet_valid", CertificateKind::not_yet_valid},
    {"self_signed", CertificateKind::self_signed},
    {"wrong_name", CertificateKind::wrong_name},
    {"long_chain", CertificateKind::long_chain},
    {"weak_key", CertificateKind::weak_key},
    {"sha1", CertificateKind::sha1},
    {"untrusted", CertificateKind::untrusted},
    {"no_intermediate", CertificateKind::no_intermediate},
};
constexpr std::pair<std::string_view, bool> kIsRsa[] = {{"ec", false}, {"rsa", true}};
constexpr std::pair<std::string_view, tls::ClientCertificate> kClientCertificates[] = {
    {"not_asked", tls::ClientCertificate::not_asked},
    {"requested", tls::ClientCertificate::requested},
    {"required", tls::ClientCertificate::required},
};
constexpr std::pair<std::string_view, tls::Version> kVersionNumbers[] = {
    {"1.0", tls::Version::tls1_0},
    {"1.1", tls::Version::tls1_1},
    {"1.2", tls::Version::tls1_2},
    {"1.3", tls::Version::tls1_3},
};

// One word of a closed list.
template <typename Value, std::size_t N>
bool read_word(JsonReader& json, const dom::element& value, const std::string& where,
               const std::pair<std::string_view, Value> (&table)[N], Value& to) {
  std::string_view word;
  if (!json.text_of(value, where, word)) return false;
  if (const std::optional<Value> found = look_up(table, word)) {
    to = *found;
    return true;
  }
  std::string words;
  for (const auto& [name, unused] : table) words += (words.empty() ? "" : ", ") + std::string(name);
  return json.fail(where, "must be one of " + words);
}

bool read_versions(JsonReader& json, const dom::element& value, const std::string& where,
                   TlsBehaviour& behaviour) {
  dom::array array;
  if (!json.array_of(value, where, array)) return false;
  if (array.size() != 2) return json.fail(where, "must be the lowest and the highest version");
  if (!read_word(json, array.at(0).value(), where, kVersionNumbers, behaviour.version_min) ||
      !read_word(json, array.at(1).value(), where, kVersionNumbers, behaviour.version_max)) {
    return false;
  }
  return behaviour.version_min <= behaviour.version_max ||
         json.fail(where, "the lowest version must come first");
}

}  // namespace

bool read_tls_behaviour(JsonReader& json, const dom::element& value, const std::string& where,
                        TlsBehaviour& behaviour) {
  dom::object object;
  if (!json.object_of(value, where, object)) return false;
  for (const auto [key, member] : object) {
    const std::string here = where + "." + std::string(key);
    bool read = false;
    std::string_view text;
    if (key == "certificate") {
      read = read_word(json, member, here, kCertificates, behaviour.certificate);
    } else if (key == "key") {
      read = read_word(json, member, here, kIsRsa, behaviour.rsa);
    } else if (key == "versions") {
      read = read_versions(json, member, here, behaviour);
    } else if (key == "client_certificate") {
      read = read_word(json, member, here, kClientCertificates, behaviour.client_certificate);
    } else if (key == "identity") {
      std::uint64_t identity = 0;
      read = json.number_of(member, here, 0, kPersonasMax, identity);
      behaviour.identity = static_cast<std::uint32_t>(identity);
    } else if (key == "ciphers") {
      read = json.text_of(member, here, text);
      behaviour.ciphers = text;
    } else {
      return json.fail(here, "unknown key");
    }
    if (!read) return false;
  }
  return true;
}

}  // namespace mxsweep::sink
