// SPDX-License-Identifier: MIT
// Any octets as a list: read whole and read in pieces (of the size in the first octet), they give
// the same items, and JSON values that are passed on unchanged are valid.
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "mxsweep/core/invariant.h"
#include "mxsweep/targets/reader.h"
#include "targets/read_list.h"

namespace {

constexpr std::size_t kItemsMax = 500;  // A prefix may have more targets than can be counted.

// An independent reading: the other front end of the JSON library builds the whole document. It
// refuses numbers that no machine word holds, which we hand through; none of two digits is.
void check_meta(std::string_view meta) {
  static simdjson::dom::parser parser;
  const simdjson::padded_string padded(meta);
  const simdjson::error_code error = parser.parse(padded).error();
  std::size_t digits = 0;
  std::size_t digits_most = 0;
  for (const char c : meta) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    digits_most = std::max(digits, digits_most);
  }
  INVARIANT(error == simdjson::SUCCESS || digits_most > 2);
  INVARIANT(error != simdjson::TAPE_ERROR && error != simdjson::STRING_ERROR);
}

void check_target(const mxsweep::targets::Target& target) {
  INVARIANT(target.port != 0);
  INVARIANT(target.line != 0);
  INVARIANT(!target.text().empty());
  INVARIANT(simdjson::validate_utf8(target.text()));
  INVARIANT(simdjson::validate_utf8(target.name()));
  INVARIANT(target.text().find_first_of(std::string_view("\0\n", 2)) == std::string_view::npos);
  if (!target.meta().empty()) check_meta(target.meta());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view list(reinterpret_cast<const char*>(data) + 1, size - 1);
  ReadOptions options;
  options.items_max = kItemsMax;
  options.ports = {25, 465};
  const Items whole = read_list(list, options);
  options.piece_octets = data[0] + std::size_t{1};
  INVARIANT(read_list(list, options) == whole);

  mxsweep::targets::Reader reader({25});
  mxsweep::targets::Target target;
  mxsweep::targets::BadLine bad;
  reader.feed(list);
  reader.finish();
  for (std::size_t i = 0; i < kItemsMax; ++i) {
    const auto next = reader.next(target, bad);
    if (next == mxsweep::targets::Reader::Next::end) break;
    if (next == mxsweep::targets::Reader::Next::not_a_list) break;
    if (next == mxsweep::targets::Reader::Next::target) check_target(target);
    if (next == mxsweep::targets::Reader::Next::bad_line) {
      INVARIANT(bad.text.size() <= mxsweep::targets::kBadLineOctetsKept);
      INVARIANT(bad.key.size() <= mxsweep::targets::kBadLineOctetsKept);
      INVARIANT(simdjson::validate_utf8(bad.key));
      if (!bad.meta.empty()) check_meta(bad.meta);
    }
  }
  return 0;
}
