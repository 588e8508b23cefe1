// SPDX-License-Identifier: MIT
#include "results/json_enumeration.h"

#include "mxsweep/tls/cipher_suites.h"
#include "results/json_members.h"
#include "results/json_tls.h"

namespace mxsweep::results {
namespace {

std::string_view word_of(tls::CipherOrder order) {
  switch (order) {
    case tls::CipherOrder::not_known: break;
    case tls::CipherOrder::server: return "server";
    case tls::CipherOrder::client: return "client";
  }
  return {};
}

// The elements of an array of objects, each written by `write_members`.
template <typename Rows, typename WriteMembers>
void write_objects(const Rows& rows, JsonText& json, const WriteMembers& write_members) {
  json.raw("[");
  std::string_view before = "{";
  for (const auto& row : rows) {
    json.raw(before);
    Members members(json);
    write_members(row, members);
    json.raw("}");
    before = ",{";
  }
  json.raw("]");
}

void write_cipher(const tls::AcceptedCipher& cipher, Members& members) {
  const tls::CipherSuite* const suite = tls::find_cipher_suite(cipher.number);
  if (suite != nullptr) members.word("cipher", suite->name);
  members.word("group", tls::group_text(cipher.group));
  if (cipher.dh_bits == 0) return;
  JsonText& json = members.key("group");
  json.raw("\"DHE ");
  json.number(cipher.dh_bits);
  json.raw("\"");
}

void write_version(const tls::VersionSupport& row, Members& members) {
  members.word("version", tls::version_text(row.version));
  members.word("accepted", to_string(row.accepted));
  if (row.accepted != tls::Known::yes) return;
  members.yes_or_no("complete", row.complete);
  members.word("order", word_of(row.order));
  write_objects(row.ciphers, members.key("ciphers"), write_cipher);
}

void write_resumption(const tls::Resumption& row, Members& members) {
  members.word("version", kTlsVersions[static_cast<std::size_t>(row.version)]);
  members.word("resumed", to_string(row.resumed));
}

void write_leaf(const tls::ShownLeaf& leaf, Members& members) {
  if (!leaf.server_name.empty())
    members.text("sni", leaf.server_name, encoding_of(leaf.server_name));
  if (leaf.sha256) members.digest("sha256", *leaf.sha256);
}

}  // namespace

void write_enumeration(const tls::Enumeration& found, JsonText& json) {
  json.raw(",\"tls_enumeration\":{");
  Members members(json);
  members.yes_or_no("complete", found.complete);
  members.key("connections").number(found.connections);
  if (found.limit_reached) members.yes_or_no("limit_reached", true);
  if (found.stopped != Cause::none) {
    JsonText& stopped = members.key("stopped");
    stopped.raw("{");
    Members why(stopped);
    why.word("phase", to_string(found.stopped_in));
    why.word("cause", to_string(found.stopped));
    stopped.raw("}");
  }
  write_objects(found.versions, members.key("versions"), write_version);
  members.word("ja4s", found.ja4s);
  members.word("fingerprint", found.fingerprint);
  if (!found.resumption.empty())
    write_objects(found.resumption, members.key("resumption"), write_resumption);
  write_objects(found.leaves, members.key("certificates"), write_leaf);
  json.raw("}");
}

}  // namespace mxsweep::results
