// SPDX-License-Identifier: MIT
// A shortage of memory during a conversation: it is local, and the server is to be visited again.
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "mxsweep/probe/conversation.h"
#include "mxsweep/tls/client.h"
#include "support/catch.h"
#include "support/little_memory.h"

#if MXSWEEP_MALLOC_IS_OURS

namespace mxsweep::probe {
namespace {

TEST_CASE("a conversation without memory for TLS is to be repeated", "[probe][shortage]") {
  tls::Client client;
  REQUIRE(client.open({}).ok());
  Plan plan("client.test");
  plan.tls = &client;
  const bool implicit = GENERATE(false, true);
  targets::Target target;
  target.port = implicit ? 465 : 25;
  if (implicit) target.tls = targets::TlsMode::implicit;
  target.set_words("192.0.2.1", "mx.test", {});
  Conversation probe(plan, target);
  const Instant now{};
  static_cast<void>(probe.on_started(now));
  Wants wants;
  if (implicit) {
    CHECK(with_memory(1000, [&] { wants = probe.on_connected(now); }));
  } else {
    static_cast<void>(probe.on_connected(now));
    static_cast<void>(probe.on_bytes("220 mx.test ESMTP\r\n", now));
    static_cast<void>(probe.on_bytes("250-mx.test\r\n250 STARTTLS\r\n", now));
    CHECK(with_memory(1000, [&] { wants = probe.on_bytes("220 go\r\n", now); }));
  }
  CHECK(wants.done);
  CHECK(wants.shortage == ENOMEM);
  const results::Record record = probe.observation().record(target.name());
  CHECK(record.outcome == Outcome::local);
  CHECK(record.cause == Cause::local_resource);
  CHECK(record.phase == Phase::tls);
  CHECK(record.socket_errno == ENOMEM);
}

}  // namespace
}  // namespace mxsweep::probe

#endif
