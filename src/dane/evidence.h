// SPDX-License-Identifier: MIT
// The chain of a server as TLSA records see it: compares, and verifies paths, each once.
//
//   Source    RFC 6698 section 2.1; RFC 7671 section 5.2.
//   Lifetime  views the chain, which outlives it.
//   Errors    unknown where the certificates' octets are needed and were not kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/dns/rdata.h"
#include "mxsweep/tls/anchored_path.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::dane {

enum class Same : std::uint8_t { unknown, no, yes };

// How a path ended. Nothing: not known.
using PathVerdict = std::optional<tls::VerifyError>;

class Evidence {
 public:
  Evidence(const tls::Chain& chain, WallTime now);

  [[nodiscard]] std::size_t size() const { return chain_.certificates.size(); }
  [[nodiscard]] const tls::Chain& chain() const { return chain_; }

  // Whether the record is of that certificate. Requires: selector and matching type are known ones.
  [[nodiscard]] Same compare(const dns::Tlsa& record, std::size_t place);

  // From the leaf to a certificate that was sent. Requires: place > 0.
  [[nodiscard]] PathVerdict path_to(std::size_t place);
  // To the certificate or key in the record itself, which need not have been sent.
  [[nodiscard]] PathVerdict path_to_data(const dns::Tlsa& record);

 private:
  struct Known {
    std::array<std::optional<tls::WideDigest>, 2> sha512{};  // By selector.
    std::optional<PathVerdict> path{};
  };

  const tls::Chain& chain_;
  WallTime now_;
  bool octets_kept_;
  std::vector<std::string_view> der_;
  std::vector<Known> known_;
  std::size_t foreign_ = 0;  // Anchors that were not sent and were tried.
};

}  // namespace mxsweep::dane
