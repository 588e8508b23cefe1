// SPDX-License-Identifier: MIT
#include "cli/enumeration_words.h"

#include <fmt/format.h>

#include <string_view>

#include "cli/certificate_words.h"
#include "cli/choice.h"
#include "cli/options.h"
#include "mxsweep/core/counted.h"
#include "mxsweep/tls/cipher_suites.h"
#include "mxsweep/tls/sha256.h"

namespace mxsweep::cli {
namespace {

std::string_view order_of(tls::CipherOrder order) {
  switch (order) {
    case tls::CipherOrder::not_known: break;
    case tls::CipherOrder::server: return ", in the server's order";
    case tls::CipherOrder::client: return ", in the client's order";
  }
  return "";
}

std::string cipher_line(const tls::AcceptedCipher& cipher) {
  const tls::CipherSuite* const suite = tls::find_cipher_suite(cipher.number);
  std::string group(tls::group_text(cipher.group));
  if (cipher.dh_bits != 0) group = fmt::format("DHE {}", cipher.dh_bits);
  return fmt::format("    {}{}{}\n", suite == nullptr ? std::string_view("?") : suite->name,
                     group.empty() ? "" : ", ", group);
}

std::string version_lines(const tls::VersionSupport& row) {
  const bool accepted = row.accepted == tls::Known::yes;
  std::string text =
      fmt::format("  {}: {}", tls::version_text(row.version), to_string(row.accepted));
  if (accepted) {
    text += fmt::format(", {}{}{}", counted(row.ciphers.size(), "cipher"), order_of(row.order),
                        row.complete ? "" : ", and perhaps more");
  }
  text += '\n';
  for (const tls::AcceptedCipher& cipher : row.ciphers) text += cipher_line(cipher);
  return text;
}

std::string leaf_line(const tls::ShownLeaf& leaf) {
  return fmt::format("  certificate {}: {}\n",
                     leaf.server_name.empty() ? "without a name" : printable(leaf.server_name),
                     leaf.sha256 ? tls::to_hexadecimal(*leaf.sha256) : "none");
}

}  // namespace

std::string enumeration_text(const tls::Enumeration& found) {
  std::string text = fmt::format("TLS, by {}{}:\n", counted(found.connections, "connection"),
                                 found.complete ? "" : ", not complete");
  for (const tls::VersionSupport& row : found.versions) text += version_lines(row);
  if (found.stopped != Cause::none) {
    text += fmt::format("  It ended early: {} in phase {}.\n", to_string(found.stopped),
                        to_string(found.stopped_in));
  }
  if (found.limit_reached) text += "  It ended early: it had made as many connections as it may.\n";
  for (const tls::Resumption& row : found.resumption) {
    text += fmt::format("  sessions of TLSv{} are resumed: {}\n",
                        word_of(row.version, kTlsVersions), to_string(row.resumed));
  }
  for (const tls::ShownLeaf& leaf : found.leaves) text += leaf_line(leaf);
  if (!found.ja4s.empty()) text += fmt::format("  JA4S: {}\n", found.ja4s);
  if (!found.fingerprint.empty()) text += fmt::format("  fingerprint: {}\n", found.fingerprint);
  return text;
}

}  // namespace mxsweep::cli
