// SPDX-License-Identifier: MIT
// Whatever a server sends as its certificates: the facts kept stay within their limits, the chain
// is never verified, and a second reading gives the same.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mxsweep/core/invariant.h"
#include "mxsweep/tls/client.h"

namespace mxsweep::tls {
namespace {

Client& client() {
  static Client opened;
  static const Status status = opened.open({});
  INVARIANT(status.ok());
  return opened;
}

void check_certificate(const Certificate& certificate) {
  INVARIANT(certificate.subject.size() <= kSubjectOctetsMax);
  INVARIANT(certificate.issuer.size() <= kSubjectOctetsMax);
  INVARIANT(certificate.serial.size() <= 2 * kSerialOctetsMax);
  INVARIANT(certificate.dns_names <= certificate.names.size());
  INVARIANT(certificate.names.size() <= 2 * kLeafNamesMax);
  for (const std::string& name : certificate.names) {
    INVARIANT(!name.empty() && name.size() <= kNameOctetsMax);
  }
  INVARIANT(!certificate.key.empty() || certificate.names.empty());
}

// The leaf, and the same octets cut in two: a chain of the leaf and whatever follows it.
void check(std::string_view input) {
  const WallTime now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
  for (const std::size_t cut : {input.size(), input.size() / 2}) {
    const std::string_view der[] = {input.substr(0, cut), input.substr(cut), input};
    const std::shared_ptr<const Chain> chain = client().chain(der, now);
    INVARIANT(chain == client().chain(der, now));
    INVARIANT(chain->certificates.size() == std::size(der));
    // No authority is trusted.
    INVARIANT(chain->error != VerifyError::none);
    std::for_each(chain->certificates.begin(), chain->certificates.end(), check_certificate);

    const Certificate& leaf = chain->certificates.front();
    Facts facts;
    judge(*chain, leaf.names.empty() ? "mx1.example.net" : leaf.names.front(), now, facts);
    INVARIANT(!facts.verified);
    INVARIANT(facts.days_left.has_value() == !leaf.key.empty());
  }
}

}  // namespace
}  // namespace mxsweep::tls

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mxsweep::tls::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
