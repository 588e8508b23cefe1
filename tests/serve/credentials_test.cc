// SPDX-License-Identifier: MIT
#include "mxsweep/serve/credentials.h"

#include <string>

#include "mxsweep/serve/query.h"
#include "mxsweep/tls/signed_link.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::serve {
namespace {

using std::chrono::seconds;

constexpr std::string_view kToken = "s3cret";
constexpr WallTime kNow{seconds{1'795'000'000}};

TEST_CASE("a bearer token proves more than a password", "[serve][credentials]") {
  CHECK(proof_of("", kToken) == Proof::none);
  CHECK(proof_of("Bearer s3cret", kToken) == Proof::bearer);
  CHECK(proof_of("bearer  s3cret ", kToken) == Proof::bearer);
  CHECK(proof_of("Basic YWRtaW46czNjcmV0", kToken) == Proof::basic);  // admin:s3cret
  CHECK(proof_of("BASIC OnMzY3JldA==", kToken) == Proof::basic);      // :s3cret
  CHECK(proof_of("Basic OnMzY3JldA", kToken) == Proof::basic);        // Without the padding.
  CHECK(proof_of("Basic YTpiOmM=", "b:c") == Proof::basic);           // The user has no colon.
}

TEST_CASE("any other credentials are wrong ones", "[serve][credentials]") {
  for (const std::string_view authorization :
       {"Bearer", "Bearer ", "Bearer s3cre", "Bearer s3crets", "Bearer S3CRET", "s3cret",
        "Bearers3cret", "Token s3cret", "Basic", "Basic ", "Basic czNjcmV0", "Basic !!!!",
        "Basic YWRtaW46d3Jvbmc=", "Bearer s3cret, Bearer s3cret", " Bearer s3cret", " "}) {
    INFO(authorization);
    CHECK(proof_of(authorization, kToken) == Proof::wrong);
  }
  CHECK(proof_of("Bearer " + std::string(5000, 'a'), kToken) == Proof::wrong);
  const std::string_view whole = "Basic YWRtaW46czNjcmV0";
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    const GuardedBytes part(whole.substr(0, cut));
    CHECK(proof_of(part.view(), kToken) == Proof::wrong);
  }
}

Request request_of(std::string path, const std::string& query) {
  Request request;
  request.path = std::move(path);
  request.query = read_members(query).value();
  return request;
}

TEST_CASE("a signed link holds until its time, for its path only", "[serve][credentials]") {
  const std::string query = tls::signed_query("/incident/7/ack", kNow + seconds{60}, "key");
  CHECK(query.starts_with("until=1795000060&sig="));
  CHECK(query.size() == std::string_view("until=1795000060&sig=").size() + 32);
  CHECK(is_signed(request_of("/incident/7/ack", query), kNow, "key"));
  CHECK(is_signed(request_of("/incident/7/ack", "x=1&" + query), kNow + seconds{59}, "key"));
  CHECK_FALSE(is_signed(request_of("/incident/7/ack", query), kNow + seconds{60}, "key"));
  CHECK_FALSE(is_signed(request_of("/incident/8/ack", query), kNow, "key"));
  CHECK_FALSE(is_signed(request_of("/incident/7/ack", query), kNow, "other"));
  CHECK_FALSE(is_signed(request_of("/incident/7/ack", query), kNow, ""));
}

TEST_CASE("a link that was changed is not signed", "[serve][credentials]") {
  const std::string query = tls::signed_query("/a", kNow + seconds{60}, "key");
  for (std::size_t cut = 0; cut < query.size(); ++cut) {
    CHECK_FALSE(is_signed(request_of("/a", query.substr(0, cut)), kNow, "key"));
    std::string changed = query;
    changed[cut] = changed[cut] == '1' ? '2' : '1';
    CHECK_FALSE(is_signed(request_of("/a", changed), kNow, "key"));
  }
  const std::string seal = query.substr(query.find("sig="));
  for (const std::string_view until :
       {"", "-1", "+1795000060", " 1795000060", "1795000060.0", "01795000060x",
        "99999999999999999999", "9223372036854775807"}) {
    Request request = request_of("/a", seal);
    request.query.emplace_back("until", until);
    CHECK_FALSE(is_signed(request, kNow, "key"));
  }
}

}  // namespace
}  // namespace mxsweep::serve
