// SPDX-License-Identifier: MIT
// Whatever a POP3 server sends: the result does not depend on how it was cut and stays within its
// limits, and every function on the reply can be called afterwards. The first octet chooses what is
// awaited.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mxsweep/pop3/capabilities.h"
#include "mxsweep/pop3/listing.h"
#include "mxsweep/pop3/reply.h"
#include "support/reply_pieces.h"

namespace mxsweep::pop3 {
namespace {

constexpr std::array<Awaited, 3> kAwaited = {Awaited{}, Awaited{.multi_line = true},
                                             Awaited{.challenge = true}};

void check(std::string_view input) {
  if (input.empty()) return;
  const Awaited& awaited = kAwaited[static_cast<unsigned char>(input.front()) % kAwaited.size()];
  input.remove_prefix(1);
  fuzz::check_reader<ReplyReader>(input, awaited);
  fuzz::check_lines<ReplyLines>(input, kLineOctetsMax);
  fuzz::check_capabilities<Capabilities>(input, offers);
  for (const ListedMessage& message : read_uidl(input)) {
    INVARIANT(message.number != 0 && !message.uid.empty() && message.uid.size() <= kUidOctetsMax);
  }
  INVARIANT(read_message(input).size() <= 2 * input.size() + 2);
}

}  // namespace
}  // namespace mxsweep::pop3

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mxsweep::pop3::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
