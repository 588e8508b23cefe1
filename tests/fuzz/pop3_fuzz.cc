// SPDX-License-Identifier: MIT
// Whatever a POP3 server sends: the result does not depend on how it was cut and stays within its
// limits, and every function on the reply can be called afterwards. The first octet chooses whether
// a multi-line reply is awaited.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mxsweep/core/invariant.h"
#include "mxsweep/pop3/capabilities.h"
#include "mxsweep/pop3/reply.h"

namespace mxsweep::pop3 {
namespace {

struct Answer {
  ReplyStatus status = ReplyStatus::need_more;
  ReplyReader reader;
};

Answer read_in_pieces(std::string_view input, bool multi_line, std::size_t piece) {
  Answer answer;
  for (std::size_t size = 0; size < input.size() && answer.status == ReplyStatus::need_more;) {
    size = std::min(size + piece, input.size());
    answer.status = answer.reader.read(input.substr(0, size), multi_line);
  }
  return answer;
}

void require_same(const Answer& a, const Answer& b) {
  INVARIANT(a.status == b.status);
  if (a.status == ReplyStatus::need_more) return;
  INVARIANT(a.reader.reached() == b.reader.reached());
  INVARIANT(a.reader.status() == b.reader.status());
  if (a.status == ReplyStatus::complete) INVARIANT(a.reader.anomalies() == b.reader.anomalies());
}

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void walk(std::string_view octets) {
  ReplyLines lines(octets);
  for (std::string_view text; lines.next(text);) {
    INVARIANT(text.size() <= kLineOctetsMax && text.find('\n') == text.npos);
  }
  Capabilities capabilities(octets);
  for (Capability capability; capabilities.next(capability);) {
    INVARIANT(!capability.keyword.empty() && lies_in(capability.keyword, octets));
    INVARIANT(offers(octets, capability.keyword));
  }
}

void check(std::string_view input) {
  if (input.empty()) return;
  const bool multi_line = (static_cast<unsigned char>(input.front()) & 1U) != 0;
  input.remove_prefix(1);
  const Answer whole = read_in_pieces(input, multi_line, std::max<std::size_t>(input.size(), 1));
  require_same(whole, read_in_pieces(input, multi_line, 1));
  require_same(whole, read_in_pieces(input, multi_line, input.size() % 61 + 2));
  if (whole.status == ReplyStatus::complete) {
    INVARIANT(whole.reader.reached() <= input.size());
    INVARIANT(input.substr(0, whole.reader.reached()).ends_with('\n'));
  }
  walk(input);
}

}  // namespace
}  // namespace mxsweep::pop3

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mxsweep::pop3::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
