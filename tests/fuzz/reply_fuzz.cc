// SPDX-License-Identifier: MIT
// Whatever a server sends: the result does not depend on how it was cut and stays within its
// limits, and every function on the reply can be called afterwards.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mxsweep/core/invariant.h"
#include "mxsweep/smtp/capabilities.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::smtp {
namespace {

struct Answer {
  ReplyStatus status = ReplyStatus::need_more;
  ReplyReader reader;
};

Answer read_in_pieces(std::string_view input, std::size_t piece) {
  Answer answer;
  for (std::size_t size = 0; size < input.size() && answer.status == ReplyStatus::need_more;) {
    size = std::min(size + piece, input.size());
    answer.status = answer.reader.read(input.substr(0, size));
  }
  return answer;
}

void require_same(const Answer& a, const Answer& b) {
  INVARIANT(a.status == b.status);
  INVARIANT(a.reader.reached() == b.reader.reached());
  INVARIANT(a.reader.begin() == b.reader.begin());
  INVARIANT(a.reader.saw_text() == b.reader.saw_text());
  INVARIANT(a.reader.code() == b.reader.code());
  INVARIANT(a.reader.line_count() == b.reader.line_count());
  INVARIANT(a.reader.anomalies() == b.reader.anomalies());
}

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

std::size_t walk_lines(std::string_view octets) {
  std::size_t count = 0;
  ReplyLines lines(octets);
  for (std::string_view text; lines.next(text); ++count) {
    INVARIANT(lies_in(text, octets));
    INVARIANT(text.size() <= kLineOctetsMax);
    INVARIANT(text.find('\n') == text.npos);
  }
  return count;
}

void walk_capabilities(std::string_view octets) {
  Capabilities capabilities(octets);
  INVARIANT(capabilities.host().find_first_of(" \t\n") == std::string_view::npos);
  std::string_view last;
  for (Capability capability; capabilities.next(capability); last = capability.keyword) {
    INVARIANT(lies_in(capability.keyword, octets));
    INVARIANT(lies_in(capability.parameters, octets));
    INVARIANT(!capability.keyword.empty());
    INVARIANT(capability.keyword.find_first_of(" \t\n") == std::string_view::npos);
    INVARIANT(capability.parameters.find('\n') == std::string_view::npos);
    INVARIANT(same_keyword(capability.keyword, capability.keyword));
  }
  if (!last.empty()) INVARIANT(offers(octets, last));
  static_cast<void>(has_masked_keyword(octets));
}

void check_complete(std::string_view input, const ReplyReader& reader) {
  INVARIANT(reader.begin() < reader.reached() && reader.begin() <= kTextOctetsMax);
  const std::string_view with_text = input.substr(0, reader.reached());
  require_same({ReplyStatus::complete, reader}, read_in_pieces(with_text, with_text.size()));
  const std::string_view reply = with_text.substr(reader.begin());
  INVARIANT(reply.ends_with('\n'));
  INVARIANT(reader.code() >= 200 && reader.code() <= 599);
  INVARIANT(reader.line_count() >= 1 && reader.line_count() <= kReplyLinesMax);
  INVARIANT(walk_lines(reply) == reader.line_count());

  const EnhancedCode enhanced = enhanced_code(reply);
  INVARIANT(!enhanced || enhanced.klass == reader.code() / 100);
  INVARIANT(enhanced.subject <= 999 && enhanced.detail <= 999);
}

void check(std::string_view input) {
  const Answer whole = read_in_pieces(input, std::max<std::size_t>(input.size(), 1));
  require_same(whole, read_in_pieces(input, 1));
  require_same(whole, read_in_pieces(input, input.size() % 61 + 2));
  INVARIANT(whole.reader.reached() <= std::min(input.size(), kReplyOctetsMax));

  switch (whole.status) {
    case ReplyStatus::complete: check_complete(input, whole.reader); break;
    case ReplyStatus::malformed:
      // One octet less could still have become a reply.
      INVARIANT(read_in_pieces(input.substr(0, whole.reader.reached()), 1).status ==
                ReplyStatus::need_more);
      break;
    case ReplyStatus::need_more: INVARIANT(input.size() < kReplyOctetsMax); break;
    case ReplyStatus::too_long:
      INVARIANT(whole.reader.reached() == kReplyOctetsMax ||
                whole.reader.line_count() == kReplyLinesMax);
      break;
  }
  static_cast<void>(walk_lines(input));
  static_cast<void>(enhanced_code(input));
  walk_capabilities(input);
}

}  // namespace
}  // namespace mxsweep::smtp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mxsweep::smtp::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
