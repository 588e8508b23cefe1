// SPDX-License-Identifier: MIT
// What a report of non-delivery says. Pure.
//
//   Source   RFC 3464 sections 2.1, 2.3.3 (Action), 2.3.4 (Status), 2.3.6 (Diagnostic-Code); RFC
//            6522 (multipart/report), RFC 3834 (Auto-Submitted).
//   Shape    the beginning of a message, as far as it was read. Of several recipients the first one
//            that failed, or else that is delayed.
//   Errors   nothing: it is no such report, or one of success.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/message/headers.h"

namespace mxsweep::message {

inline constexpr std::size_t kReportOctetsMax = 16 * 1024;
inline constexpr std::size_t kDiagnosticOctetsMax = 500;

struct DeliveryReport {
  bool failed = false;       // Else delayed.
  std::string status{};      // "5.1.1"
  std::string diagnostic{};  // "smtp; 550 5.1.1 no such user"

  friend bool operator==(const DeliveryReport&, const DeliveryReport&) = default;
};

// Whether a header block is one that such a report may have, so that its body is worth reading.
[[nodiscard]] bool may_be_report(const Headers& headers);
[[nodiscard]] std::optional<DeliveryReport> read_delivery_report(std::string_view message);

}  // namespace mxsweep::message
