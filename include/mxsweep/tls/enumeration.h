// SPDX-License-Identifier: MIT
// What an enumeration has found out about the TLS of a server, as plain values.
//
//   Source    tls/enumerator.h finds versions, ciphers and fingerprints; probe/tls_survey.h adds
//             resumption and certificates.
//   Units     numbers of versions, ciphers and groups are those of the IANA registries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::tls {

// A refusal for another reason is no answer.
enum class Known : std::uint8_t { not_known, yes, no };

// "unknown", "yes", "no".
[[nodiscard]] std::string_view to_string(Known known);

// What decides between several ciphers that both sides have.
enum class CipherOrder : std::uint8_t { not_known, server, client };

struct AcceptedCipher {
  std::uint16_t number = 0;
  std::uint16_t group = 0;    // Of the key exchange; 0: none, or not shown.
  std::uint16_t dh_bits = 0;  // Of a prime without a group number; 0: none.
};

struct VersionSupport {
  std::uint16_t version = 0;
  Known accepted = Known::not_known;
  bool complete = false;  // The server has refused all ciphers that are not in the list.
  CipherOrder order = CipherOrder::not_known;
  std::vector<AcceptedCipher> ciphers{};  // In the order in which the server chose them.
};

struct Resumption {
  Version version = Version::tls1_2;
  Known resumed = Known::not_known;
};

// The leaf that the server shows for a name.
struct ShownLeaf {
  std::string server_name;         // Empty: without SNI.
  std::optional<Digest> sha256{};  // Nothing: it showed none.
};

struct Enumeration {
  std::vector<VersionSupport> versions{};  // From TLS 1.3 down to SSL 3.0.
  bool complete = false;                   // Every version and every cipher is known.
  // Why it ended early, and in which phase; none: it did not.
  Cause stopped = Cause::none;
  Phase stopped_in = Phase::quit;
  bool limit_reached = false;     // It ended early because that many connections were made.
  std::uint32_t connections = 0;  // Made for it.
  std::string ja4s{};
  std::string fingerprint{};
  std::vector<Resumption> resumption{};
  std::vector<ShownLeaf> leaves{};
};

// The memory beside the object.
[[nodiscard]] std::size_t octets_held(const Enumeration& enumeration);

}  // namespace mxsweep::tls
