// SPDX-License-Identifier: MIT
// The trust store is read once, and all workers verify against it at the same time.
#include "mxsweep/files/trust_store.h"

#include <chrono>
#include <cstddef>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "mxsweep/tls/client.h"
#include "support/catch.h"
#include "tls/certificates.h"

namespace {

using namespace mxsweep::tls;
using mxsweep::tls::samples::day;
using mxsweep::tls::samples::kNow;

constexpr std::size_t kThreads = 4;
constexpr std::size_t kRounds = 40;

struct Case {
  std::vector<std::string> sent;
  VerifyError error;
};

std::vector<Case> cases(const IssuedCertificate& root) {
  const IssuedCertificate between = issue(samples::authority("Between"), &root);
  const IssuedCertificate stranger = issue(samples::authority("Root"));  // Of the same name.
  CertificateSpec old = samples::leaf();
  old.not_after = day(2026, 11, 1);
  const auto der = [](const IssuedCertificate& issued) {
    return samples::der_of(issued.certificate_pem);
  };
  return {
      {{der(issue(samples::leaf(), &root))}, VerifyError::none},
      {{der(issue(samples::leaf(), &between)), der(between)}, VerifyError::none},
      {{der(issue(samples::leaf(), &between))}, VerifyError::certificate_not_trusted},
      {{der(issue(samples::leaf(), &stranger)), der(stranger)},
       VerifyError::certificate_not_trusted},
      {{der(issue(old, &root))}, VerifyError::certificate_expired},
  };
}

}  // namespace

TEST_CASE("one trust store serves many threads at once", "[files][trust]") {
  const IssuedCertificate root = issue(samples::authority("Root"));
  const std::vector<Case> all = cases(root);
  const auto authorities = *read_authorities(root.certificate_pem);
  REQUIRE(authorities != nullptr);
  std::vector<std::thread> threads;
  std::vector<std::size_t> right(kThreads, 0);
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&all, &authorities, &count = right[i]] {
      Client client;
      // So few results are cached that each chain is verified anew.
      if (!client.open({.authorities = authorities, .chains_max = 2}).ok()) return;
      for (std::size_t round = 0; round < kRounds; ++round) {
        for (const Case& one : all) {
          const std::vector<std::string_view> der(one.sent.begin(), one.sent.end());
          const auto chain = client.chain(der, kNow);
          count += chain->error == one.error && chain->expiry ? 1 : 0;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::size_t count : right) CHECK(count == kRounds * all.size());
}

TEST_CASE("a trust store that cannot be used is reported with the reason", "[files][trust]") {
  using mxsweep::files::read_trust_store;
  const auto missing = read_trust_store("/nowhere/ca.pem", "");
  CHECK(missing.status() ==
        mxsweep::Status::unusable("/nowhere/ca.pem: No such file or directory"));
  const auto empty = read_trust_store("/dev/null", "");
  CHECK(empty.status().kind() == mxsweep::Status::Kind::unusable);
}
