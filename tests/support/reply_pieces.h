// SPDX-License-Identifier: MIT
// What the fuzz targets of IMAP's and POP3's replies have in common: a reply that arrives in pieces
// reads as it does whole.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "mxsweep/core/capability.h"
#include "mxsweep/core/dialogue.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep::fuzz {

template <typename Reader>
struct Answer {
  ReplyStatus status = ReplyStatus::need_more;
  Reader reader{};
};

template <typename Reader, typename Awaited>
Answer<Reader> read_in_pieces(std::string_view input, const Awaited& awaited, std::size_t piece) {
  Answer<Reader> answer;
  for (std::size_t size = 0; size < input.size() && answer.status == ReplyStatus::need_more;) {
    size = std::min(size + piece, input.size());
    answer.status = answer.reader.read(input.substr(0, size), awaited);
  }
  return answer;
}

template <typename Reader>
void require_same(const Answer<Reader>& a, const Answer<Reader>& b) {
  INVARIANT(a.status == b.status);
  if (a.status == ReplyStatus::need_more) return;
  INVARIANT(a.reader.reached() == b.reader.reached());
  INVARIANT(a.reader.status() == b.reader.status());
  if (a.status == ReplyStatus::complete) INVARIANT(a.reader.anomalies() == b.reader.anomalies());
}

template <typename Reader, typename Awaited>
void check_reader(std::string_view input, const Awaited& awaited) {
  const auto whole = read_in_pieces<Reader>(input, awaited, std::max<std::size_t>(input.size(), 1));
  require_same(whole, read_in_pieces<Reader>(input, awaited, 1));
  require_same(whole, read_in_pieces<Reader>(input, awaited, input.size() % 61 + 2));
  if (whole.status == ReplyStatus::complete) {
    INVARIANT(whole.reader.reached() <= input.size());
    INVARIANT(input.substr(0, whole.reader.reached()).ends_with('\n'));
  }
}

inline bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

// `Capabilities` and `offers` are those of a protocol.
template <typename Capabilities, typename Offers>
void check_capabilities(std::string_view octets, Offers offers) {
  Capabilities capabilities(octets);
  for (Capability capability; capabilities.next(capability);) {
    INVARIANT(!capability.keyword.empty() && lies_in(capability.keyword, octets));
    INVARIANT(offers(octets, capability.keyword));
  }
}

template <typename Lines>
void check_lines(std::string_view octets, std::size_t line_octets_max) {
  Lines lines(octets);
  for (std::string_view text; lines.next(text);) {
    INVARIANT(text.size() <= line_octets_max && text.find('\n') == text.npos);
  }
}

}  // namespace mxsweep::fuzz
