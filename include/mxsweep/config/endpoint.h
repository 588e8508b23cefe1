// SPDX-License-Identifier: MIT
// Reads where a service is: "smtps://mail.example.org", "mail.example.org:587". Pure.
//
//   Shape    without a scheme, a server that messages are sent to speaks SMTP; a mailbox needs one.
//   Errors   nothing: it is not the place of such a service.
#pragma once

#include <optional>
#include <string_view>

#include "mxsweep/roundtrip/script.h"

namespace mxsweep::config {

inline constexpr std::string_view kSendingForms =
    "smtp://mail.example.org:587 or smtps://mail.example.org";
inline constexpr std::string_view kMailboxForms =
    "imaps://imap.example.org or pop3s://pop.example.org";

// `sending`: messages are sent there, else fetched.
[[nodiscard]] std::optional<roundtrip::Endpoint> read_endpoint(std::string_view text, bool sending);

}  // namespace mxsweep::config
