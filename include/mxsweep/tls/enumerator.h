// SPDX-License-Identifier: MIT
// Decides which ClientHello to send next, given the answers so far, until the versions and ciphers
// that a server accepts are known. Pure: the caller makes the connections.
//
//   Shape     while (const HelloSpec* hello = next()) { send it; on_answer() or on_failure() }
//   Cost      A server chooses one cipher per connection, so each pair of version and cipher needs
//             a connection that shows it, and each version one more, in which the server refuses
//             the rest: a refusal says nothing about another version, because servers choose the
//             version first. With n ciphers accepted in a version that makes n + 1. One connection
//             more is enough for all versions below the lowest accepted, because a ClientHello
//             offers them together. The highest version is found by the first of its ciphers, at
//             no cost. The fingerprint needs seven hellos, three of which were usually made by
//             then, and shows the order of the ciphers on the way.
//   Certainty  A cipher is "no" only after an alert that means that: handshake_failure,
//             insufficient_security, illegal_parameter or protocol_version. After a close, a reset,
//             a timeout or another alert the hello is sent once more; if that fails too, the
//             version is not complete. A conversation that ends before its ClientHello, twice in a
//             row, ends the enumeration.
//   Memory    some 2 KB.
//   Errors    none.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/tls/client_hello.h"
#include "mxsweep/tls/enumeration.h"
#include "mxsweep/tls/fingerprint.h"
#include "mxsweep/tls/first_flight.h"

namespace mxsweep::tls {

// For hellos. A Postfix that accepts much has 56 ciphers in TLS 1.2 and 16 in each older version.
inline constexpr std::uint32_t kEnumerationConnectionsMax = 256;

class Enumerator {
 public:
  explicit Enumerator(std::string_view server_name,
                      std::uint32_t connections_max = kEnumerationConnectionsMax);

  // The hello to send now; null: the enumeration is over. Valid until the next call to it.
  [[nodiscard]] const HelloSpec* next();
  // Requires: next() returned a hello that has no answer yet.
  void on_answer(const ServerAnswer& answer);
  // There was no answer to the hello, or an alert that is none.
  void on_failure(Phase phase, Cause cause);

  // Complete when next() has returned null. Without resumption and certificates.
  [[nodiscard]] Enumeration take_result();

 private:
  enum class Step : std::uint8_t { versions, fingerprint, done };

  void ask_version();
  void ask_fingerprint();
  void on_choice(const ServerAnswer& answer);
  void on_refusal(std::uint8_t alert);
  void on_no_answer();
  void refuse_rest();
  void leave_version();
  void finish_versions();
  void learn_orders();
  [[nodiscard]] std::vector<std::uint16_t> not_seen() const;
  [[nodiscard]] bool is_fresh() const;
  // Whether TLS 1.3 is offered without the versions below it. So are the rest of its ciphers: a
  // server may look at ciphers of other versions, and fail because of them.
  [[nodiscard]] bool is_alone() const {
    return alone_ || (current().version == kTls13 && !current().ciphers.empty());
  }
  [[nodiscard]] VersionSupport& current() { return result_.versions[at_]; }
  [[nodiscard]] const VersionSupport& current() const { return result_.versions[at_]; }

  std::string server_name_;
  std::uint32_t connections_max_;
  Enumeration result_;
  Step step_ = Step::versions;
  std::size_t at_ = 0;          // The version in question, an index into result_.versions.
  bool alone_ = false;          // TLS 1.2 was chosen by a server that has TLS 1.3.
  bool failed_before_ = false;  // The hello in question has failed once.
  std::optional<HelloSpec> asked_;
  // The answers to the hellos of the fingerprint; nothing: not sent yet.
  std::array<std::optional<ServerAnswer>, kFingerprintHellos> shown_;
  std::size_t fingerprint_at_ = 0;
};

}  // namespace mxsweep::tls
