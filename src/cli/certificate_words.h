// SPDX-License-Identifier: MIT
// Describes what is wrong with the certificates that a server sent, in sentences for a person.
//
//   Shape     sentences without a full stop, so that they can follow other words: "the certificate
//             has expired, on 2026-11-20". The one that decided (tls::VerifyError) comes first.
//   Errors    none; texts from a server are made printable.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/results/record.h"

namespace mxsweep::cli {

// Printable ASCII as it is, all else as \xHH.
[[nodiscard]] std::string printable(std::string_view octets);

// "2026-11-20", in UTC.
[[nodiscard]] std::string day(WallTime time);

// Empty: nothing is wrong, or no certificate was seen.
[[nodiscard]] std::vector<std::string> certificate_complaints(const results::Record& record);

// The complaint about a certificate that has expired or is not valid yet, if there is one.
[[nodiscard]] std::optional<std::string> time_complaint(const results::Record& record);

// explain() of the cause; if that is a fault of a certificate, the specific complaint instead.
[[nodiscard]] std::string explained(const results::Record& record);

// The complaints that explained() does not include.
[[nodiscard]] std::vector<std::string> further_complaints(const results::Record& record);

}  // namespace mxsweep::cli
