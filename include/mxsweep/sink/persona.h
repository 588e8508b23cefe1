// SPDX-License-Identifier: MIT
// The behaviour and faults of simulated servers, as data. Pure: text in, personas out.
//
//   Shape     JSON, the same for the built-in list and for a file of the user:
//               {"defaults": {"ehlo": [...], ...},
//                "personas": [{"name": "plain", "weight": 400,
//                              "expect": {"outcome": "ok", "phase": "quit", "cause": "none"},
//                              "greeting": [{"send": "220 {host} ESMTP\r\n"}], ...}]}
//             A persona has a script for the greeting and for each command; a missing one is taken
//             from "defaults". sink/script.h describes the steps of a script.
//             At the top level, "protocol": "imap" or "pop3" makes it a fleet of that protocol;
//             "ehlo" is then for CAPABILITY and CAPA, "starttls" for STLS, "quit" for LOGOUT, and
//             there are no "helo", "mail" and "rcpt".
//             Some scripts are optional:
//               ehlo_tls      answers EHLO under TLS; by default "ehlo" without STARTTLS
//               hello         runs in clear text when the client's first TLS octets have arrived;
//                             then the handshake begins, unless the script does something else;
//                             "do": "cut" sends half of the server's first flight and closes
//               mail, rcpt    by default "other"
//               relay         for a second recipient; by default "rcpt"
//             The TLS behaviour, each key with its default:
//               "tls": {"certificate": "good", "key": "ec", "versions": ["1.0", "1.3"],
//                       "client_certificate": "not_asked", "ciphers": "", "identity": 0}
//             "expect" may contain more of the record: "anomalies", a complete list, and "tls",
//             any of
//               {"version": "TLSv1.3", "verified": true, "verify_error": "certificate-expired",
//                "name_match": true, "offered": "yes"}, the last being starttls.offered. They hold
//             for a scan that trusts the fleet's authority and knows the server's name.
//   Errors    read_personas() returns the place in the JSON and the reason.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/core/protocol.h"
#include "mxsweep/core/time.h"
#include "mxsweep/sink/script.h"
#include "mxsweep/tls/server.h"

namespace mxsweep::sink {

enum class CertificateKind : std::uint8_t {
  good,           // For *.sink.test, issued by an intermediate of the fleet's own authority.
  expired,        // Valid until yesterday.
  not_yet_valid,  // Valid from tomorrow.
  self_signed,
  wrong_name,
  long_chain,       // Eight certificates.
  weak_key,         // RSA of 1024 bits.
  sha1,             // Signed with SHA-1.
  untrusted,        // Issued by an authority that is in no trust store.
  no_intermediate,  // The good leaf without its intermediate.
};

struct TlsBehaviour {
  CertificateKind certificate = CertificateKind::good;
  bool rsa = false;  // Else EC P-256.
  tls::Version version_min = tls::Version::tls1_0;
  tls::Version version_max = tls::Version::tls1_3;
  tls::ClientCertificate client_certificate = tls::ClientCertificate::not_asked;
  std::string ciphers;  // A GnuTLS priority string; empty: everything.
  // Personas with the same behaviour share key and chain, unless their identities differ.
  std::uint32_t identity = 0;

  friend bool operator==(const TlsBehaviour&, const TlsBehaviour&) = default;
};

// In the record's words; absent or empty members may have any value.
struct ExpectedTls {
  std::string version;
  std::optional<bool> verified;
  std::string verify_error;
  std::optional<bool> name_match;
  std::string offered;
};

// What a scan must record about this server.
struct Expected {
  Outcome outcome = Outcome::ok;
  Phase phase = Phase::quit;
  Cause cause = Cause::none;
  ExpectedTls tls;
  std::optional<AnomalySet> anomalies;
};

struct Persona {
  std::string name;  // Letters, digits, "_" and "-".
  Protocol protocol = Protocol::smtp;
  std::uint32_t weight = 0;
  Expected expect;
  std::array<Script, kTriggerCount> scripts;
  TlsBehaviour tls;
  bool implicit_tls = false;                      // TLS from the first octet on.
  std::shared_ptr<const tls::Server> tls_server;  // Set by Authority::equip(); null: no TLS.

  [[nodiscard]] const Script& script(Trigger trigger) const {
    return scripts[static_cast<std::size_t>(trigger)];
  }
};

// Whether a client can use TLS with this persona.
[[nodiscard]] bool speaks_tls(const Persona& persona);

// Far above what a fleet needs: they limit the effect of a mistake in the file.
inline constexpr std::size_t kPersonasMax = 1000;
inline constexpr std::uint32_t kWeightMax = 1'000'000;

// Returns at least one persona.
Result<std::vector<Persona>> read_personas(std::string_view json);

// The built-in fleet of a protocol, as JSON: two thirds of it answer as a well-behaved server does.
[[nodiscard]] std::string_view builtin_personas(Protocol protocol = Protocol::smtp);

// "mx-127-1-2-3.sink.test".
[[nodiscard]] std::string host_name(const Address& address);

// Removes all personas that are not named. Returns the first name that no persona has, and then
// removes none.
[[nodiscard]] std::optional<std::string> keep_only(std::vector<Persona>& personas,
                                                   const std::vector<std::string>& names);

// Delays every greeting by `delay`.
void delay_greetings(std::vector<Persona>& personas, Duration delay);

// Makes every conversation begin with TLS, as on port 465, and adapts what is expected. Call it
// before Authority::equip(), because afterwards all personas speak TLS.
void begin_with_tls(std::vector<Persona>& personas);

}  // namespace mxsweep::sink
