// SPDX-License-Identifier: MIT
// The script that `mxsweep roundtrip` runs without a file, and scripts as text. Pure.
//
//   Shape    write_script() makes TOML of which config::read_scripts() makes the same script.
//   Errors   none.
#pragma once

#include <optional>
#include <string>

#include "mxsweep/core/time.h"
#include "mxsweep/message/probe_message.h"
#include "mxsweep/roundtrip/script.h"

namespace mxsweep::roundtrip {

struct Usual {
  std::string from{};
  std::string to{};
  Endpoint server{};
  bool starttls = true;      // Of no effect with smtps.
  bool authenticate = true;  // Else the message is submitted without AUTH.
  std::optional<sasl::Mechanism> mechanism{};
  std::string secret_file{};
  std::uint64_t octets = message::kMessageOctetsDefault;
  std::optional<Endpoint> mailbox{};          // Nothing: the message is not fetched.
  Duration within = std::chrono::minutes{3};  // Until it is seen.
  Duration deadline = kDeadlineDefault;
  std::string authserv_id{};
  bool verify = true;     // Of every certificate.
  bool in_clear = false;  // Authenticate and log in even without TLS.
  bool keep = false;      // Do not delete the message.
};

[[nodiscard]] Script usual_script(const Usual& usual);

[[nodiscard]] std::string write_script(const Script& script);

}  // namespace mxsweep::roundtrip
