// SPDX-License-Identifier: MIT
// Whatever an IMAP server sends: the result does not depend on how it was cut and stays within its
// limits, and every function on the reply and its responses can be called afterwards. The first
// octet chooses what is awaited.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/imap/capabilities.h"
#include "mxsweep/imap/command.h"
#include "mxsweep/imap/reply.h"
#include "mxsweep/imap/response.h"
#include "support/reply_pieces.h"

namespace mxsweep::imap {
namespace {

constexpr std::array<Awaited, 4> kAwaited = {Awaited{}, Awaited{"a1"}, Awaited{"a4", true},
                                             Awaited{.tag = "a1", .single = true}};

void read_response(std::string_view response) {
  if (const auto listed = read_list(response)) {
    for (const std::string_view attribute : listed->attributes) {
      INVARIANT(fuzz::lies_in(attribute, response));
    }
    INVARIANT(listed->name.size() <= response.size());
  }
  if (const auto uids = read_search(response)) INVARIANT(uids->size() <= kUidsMax);
  if (const auto message = read_fetch(response); message && message->body) {
    INVARIANT(fuzz::lies_in(*message->body, response));
  }
  static_cast<void>(read_exists(response));
  static_cast<void>(read_code_number(status_line(response).response_code, "UIDNEXT"));
}

// Each piece of a command ends a line, whatever a string has.
void write_command(std::string_view text) {
  static_cast<void>(mailbox_name(text));
  Command command("m1", text.size() % 2 == 0);
  INVARIANT(std::move(command.string(text)).pieces().back().ends_with("\r\n"));
}

void check(std::string_view input) {
  if (input.empty()) return;
  const Awaited& awaited = kAwaited[static_cast<unsigned char>(input.front()) % kAwaited.size()];
  input.remove_prefix(1);
  fuzz::check_reader<ReplyReader>(input, awaited);
  Responses responses(input);
  for (std::string_view response; responses.next(response);) {
    INVARIANT(fuzz::lies_in(response, input));
    read_response(response);
  }
  read_response(input);
  fuzz::check_lines<ReplyLines>(input, kLineOctetsMax);
  fuzz::check_capabilities<Capabilities>(input, offers);
  write_command(input);
}

}  // namespace
}  // namespace mxsweep::imap

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mxsweep::imap::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
