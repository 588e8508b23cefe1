// SPDX-License-Identifier: MIT
// Input that is not a list.
#include "mxsweep/targets/foreign_format.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/targets/reader.h"
#include "support/catch.h"

namespace mxsweep::targets {
namespace {

using namespace std::string_literals;

// The output of the programs; that of gzip has line ends in its octets.
const std::vector<std::pair<std::string, std::string>> kForeign = {
    {"\x1f\x8b\x08\x00\x00\x00\n\x00\x00\x03"s + "3\nX", "gzip data"},
    {"\x1f\x9d\x90\x31"s, "compress data"},
    {"\x28\xb5\x2f\xfd\x04\x58"s, "zstd data"},
    {"\xfd"s + "7zXZ\0\0\x04"s, "xz data"},
    {"BZh91AY&SY\x01\x02"s, "bzip2 data"},
    {"BZh9\x17rE8P\x90"s, "bzip2 data"},
    {"\x04\x22\x4d\x18\x64"s, "lz4 data"},
    {"PK\x03\x04\x14"s, "a zip archive or a spreadsheet"},
    {"7z\xbc\xaf\x27\x1c\x00"s, "a 7z archive"},
    {"\xff\xfe\x31\0\n\0"s, "UTF-16 text"},
    {"\xfe\xff\0\x31\0\n"s, "UTF-16 text"},
    {"\xff\xfe\0\0\x31\0\0\0"s, "UTF-32 text"},
    {"\0\0\xfe\xff\0\0\0\x31"s, "UTF-32 text"},
};

// How many of its octets are needed to recognise it.
std::size_t mark_octets(std::string_view start) {
  for (std::size_t octets = 0; octets <= start.size(); ++octets) {
    if (recognise_foreign_format(start.substr(0, octets)) != nullptr) return octets;
  }
  return start.size() + 1;
}

Reader::Next next_of(Reader& reader) {
  Target target;
  BadLine bad;
  return reader.next(target, bad);
}

TEST_CASE("compressed data and other encodings are recognised by their first octets",
          "[targets][foreign_format]") {
  for (const auto& [octets, name] : kForeign) {
    CAPTURE(name);
    const ForeignFormat* const format = recognise_foreign_format(octets);
    REQUIRE(format != nullptr);
    CHECK(format->name == name);
    CHECK(format->remedy.ends_with(" FILE"));
    CHECK(mark_octets(octets) <= kForeignMarkOctetsMax);
    CHECK(octets.substr(0, mark_octets(octets)).find('\n') == std::string::npos);
  }
  CHECK(complaint(*recognise_foreign_format("\x1f\x8b")) ==
        "is gzip data and no list of targets; make it one: zcat FILE | mxsweep scan");
}

TEST_CASE("the start of a list is not mistaken for another format", "[targets][foreign_format]") {
  for (const std::string_view start : {"", "192.0.2.1\n", "BZh9.example.net\n", "BZh91AY.example\n",
                                       "PK.example\n", "7z.example\n",
                                       "\xef\xbb\xbf"
                                       "192.0.2.1\n",
                                       "\n", "# list", "{\"target\":\"a\"}",
                                       "b\xc3\xbc"
                                       "cher.example",
                                       "\xe4.example", "\x1f", "\xff", "rubbish"}) {
    CAPTURE(start);
    CHECK(recognise_foreign_format(start) == nullptr);
  }
}

TEST_CASE("no line is read of input that is not a list, wherever it is cut",
          "[targets][foreign_format]") {
  for (const auto& [octets, name] : kForeign) {
    CAPTURE(name);
    const std::string list = octets + "\n192.0.2.1\n";
    for (std::size_t cut = 0; cut <= list.size(); ++cut) {
      Reader reader({25});
      reader.feed(std::string_view(list).substr(0, cut));
      Reader::Next next = next_of(reader);
      if (next == Reader::Next::need_more) {
        reader.feed(std::string_view(list).substr(cut));
        next = next_of(reader);
      }
      REQUIRE(next == Reader::Next::not_a_list);
      REQUIRE(reader.foreign_format() != nullptr);
      CHECK(reader.foreign_format()->name == name);
      CHECK(next_of(reader) == Reader::Next::not_a_list);
    }
    Reader reader({25});
    reader.feed(octets);
    Reader::Next next = next_of(reader);
    if (next == Reader::Next::need_more) {
      reader.finish();
      next = next_of(reader);
    }
    CHECK(next == Reader::Next::not_a_list);
  }
}

TEST_CASE("such octets after the first line are an ordinary bad line",
          "[targets][foreign_format]") {
  Reader reader({25});
  reader.feed("192.0.2.1\n\x1f\x8b\n192.0.2.2\n");
  CHECK(next_of(reader) == Reader::Next::target);
  CHECK(next_of(reader) == Reader::Next::bad_line);
  CHECK(next_of(reader) == Reader::Next::target);
  CHECK(reader.foreign_format() == nullptr);
}

}  // namespace
}  // namespace mxsweep::targets
