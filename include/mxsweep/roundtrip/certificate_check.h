// SPDX-License-Identifier: MIT
// Whether the TLS of a conversation is as a script wants it, before a password is sent. Pure.
//
//   Errors   a sentence about the first thing that is not; nothing if all is as wanted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"
#include "mxsweep/probe/observation.h"

namespace mxsweep::roundtrip {

struct CertificateCheck {
  std::string_view host{};  // For which it must be valid.
  bool verify = true;
  std::uint32_t days_left = 0;  // More than so many; 0: any number, without `verify` even below.
};

// `seen`: a conversation under TLS, perhaps still going on.
[[nodiscard]] std::optional<std::string> fault_of(const CertificateCheck& check,
                                                  const probe::Observation& seen, WallTime now);

}  // namespace mxsweep::roundtrip
