// SPDX-License-Identifier: MIT
// What the check of a record comes to, in one word for DMARC, MTA-STS and TLS-RPT.
#pragma once

#include <cstdint>
#include <string_view>

namespace mxsweep::policy {

enum class Verdict : std::uint8_t {
  ok,         // The record has effect; findings may tell how to improve it.
  none,       // There is none.
  invalid,    // There is one that has no effect.
  temperror,  // It could not be found out.
};

[[nodiscard]] constexpr std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok: return "ok";
    case Verdict::none: return "none";
    case Verdict::invalid: return "invalid";
    case Verdict::temperror: return "temperror";
  }
  return {};
}

}  // namespace mxsweep::policy
