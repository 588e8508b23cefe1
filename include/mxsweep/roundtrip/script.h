// SPDX-License-Identifier: MIT
// The steps of a round trip, as a configuration file has them or as they are usual. Pure.
//
//   Shape    plain values; config/script.h reads them from TOML, roundtrip/write_script.h writes
//            them. The steps run in order until one fails; those with `always` run even then.
//   Texts    addresses, subject, lines to send and users may have ${token}, ${user}, and the name
//            of what an earlier step has captured. The password is no such name: only an
//            authentication sends it.
//   Units    octets; nanoseconds.
//   Errors   none here: the reader has checked everything.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/message/probe_message.h"
#include "mxsweep/roundtrip/expectation.h"
#include "mxsweep/sasl/mechanism.h"

namespace mxsweep::roundtrip {

inline constexpr std::size_t kStepsMax = 100;
inline constexpr std::size_t kFoldersMax = 16;  // Of a fetch; each is looked at in turn.
inline constexpr std::size_t kTextOctetsMax = 500;
inline constexpr Duration kDeadlineDefault = std::chrono::minutes{5};
inline constexpr Duration kDeadlineMax = std::chrono::hours{24};

// Where a service is: "smtps://mail.example.org:465".
enum class Service : std::uint8_t { smtp, smtps, imap, imaps, pop3, pop3s };
[[nodiscard]] std::string_view to_string(Service service);
[[nodiscard]] std::uint16_t port_of(Service service);  // 587 for smtp: messages are submitted.
[[nodiscard]] bool sends(Service service);             // Else messages are fetched there.

struct Endpoint {
  Service service = Service::smtp;
  std::string host{};
  std::uint16_t port = 0;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

struct Connect {
  Endpoint endpoint{};
  bool verify = true;  // With smtps: the certificate must be valid for the host.
  friend bool operator==(const Connect&, const Connect&) = default;
};
struct Ehlo {
  std::vector<std::string> want{};  // Of roundtrip/extension.h.
  friend bool operator==(const Ehlo&, const Ehlo&) = default;
};
struct StartTls {
  bool verify = true;
  std::uint32_t days_left = 0;  // Of the certificate, more than so many.
  friend bool operator==(const StartTls&, const StartTls&) = default;
};
struct Authenticate {
  std::optional<sasl::Mechanism> mechanism{};  // Nothing: the best that is offered.
  std::string user{};
  bool in_clear = false;  // Show the secret even without TLS.
  friend bool operator==(const Authenticate&, const Authenticate&) = default;
};
struct MailFrom {
  std::string address{};  // Empty: the empty sender.
  friend bool operator==(const MailFrom&, const MailFrom&) = default;
};
struct RcptTo {
  std::string address{};
  friend bool operator==(const RcptTo&, const RcptTo&) = default;
};
struct Data {
  std::string subject{};
  std::uint64_t octets = message::kMessageOctetsDefault;
  std::string file{};  // A message to send instead; empty: the probe message.
  friend bool operator==(const Data&, const Data&) = default;
};
struct Send {
  std::string line{};  // Without its end.
  friend bool operator==(const Send&, const Send&) = default;
};
struct Quit {
  friend bool operator==(const Quit&, const Quit&) = default;
};
struct Fetch {
  Endpoint endpoint{};
  std::vector<std::string> folders{};  // Empty: INBOX. "\Junk": by its special use (RFC 6154).
  std::string want_folder{};           // Where the message must be; empty: in any of them.
  std::string user{};                  // Empty: "${user}".
  bool verify = true;                  // The certificate must be valid for the host.
  bool in_clear = false;               // Log in even without TLS.
  friend bool operator==(const Fetch&, const Fetch&) = default;
};
struct HeaderPattern {
  std::string name{};
  std::size_t index = 0;  // Of the fields of that name, from the top.
  std::string pattern{};
  friend bool operator==(const HeaderPattern&, const HeaderPattern&) = default;
};
struct HeaderCheck {
  std::vector<HeaderPattern> patterns{};
  friend bool operator==(const HeaderCheck&, const HeaderCheck&) = default;
};
struct HopsCheck {
  std::uint32_t max = 0;             // 0: any number.
  Duration each = Duration::zero();  // The longest delay; zero: any.
  friend bool operator==(const HopsCheck&, const HopsCheck&) = default;
};
struct Delete {
  friend bool operator==(const Delete&, const Delete&) = default;
};

using Action = std::variant<Connect, Ehlo, StartTls, Authenticate, MailFrom, RcptTo, Data, Send,
                            Quit, Fetch, HeaderCheck, HopsCheck, Delete>;

struct Capture {
  std::string name{};
  std::string pattern{};
  friend bool operator==(const Capture&, const Capture&) = default;
};

struct Step {
  Action action{};
  std::string name{};                  // For people; empty: the key of the action.
  Expectation expect{};                // Empty: what usually means success.
  Duration within = Duration::zero();  // Zero: the deadline of the script alone.
  std::vector<Capture> captures{};
  bool always = false;

  friend bool operator==(const Step&, const Step&) = default;
};

// The key of a step's action: "rcpt_to".
[[nodiscard]] std::string_view key_of(const Action& action);
// Whether the action has a reply of SMTP, which can be expected and captured from.
[[nodiscard]] bool has_reply(const Action& action);

struct Script {
  std::string name{};
  Duration deadline = kDeadlineDefault;
  std::string authserv_id{};  // Whose Authentication-Results count (RFC 8601).
  std::string secret_file{};  // Where ${user}, the password or token, and the key are.
  std::vector<Step> steps{};

  friend bool operator==(const Script&, const Script&) = default;
};

}  // namespace mxsweep::roundtrip
