// SPDX-License-Identifier: MIT
// What is wrong with the certificates that a server showed, in sentences for a person.
//
//   Shape     Without their full stops, so that they can stand behind other words: "the certificate
//             has expired, on 2026-11-20". What decided (tls::VerifyError) comes first.
//   Errors    none; what a server said is printable.
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

// "2026-11-20", of UTC.
[[nodiscard]] std::string day(WallTime time);

// Empty: nothing is wrong, or no certificate was seen.
[[nodiscard]] std::vector<std::string> certificate_complaints(const results::Record& record);

// The one of them that says that a certificate is out of its time.
[[nodiscard]] std::optional<std::string> time_complaint(const results::Record& record);

// explain(), but for a certificate's fault what exactly it is.
[[nodiscard]] std::string explained(const results::Record& record);

// Those complaints that explained() does not make.
[[nodiscard]] std::vector<std::string> further_complaints(const results::Record& record);

}  // namespace mxsweep::cli
