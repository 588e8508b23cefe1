// SPDX-License-Identifier: MIT
#include "mxsweep/targets/foreign_format.h"

#include <algorithm>
#include <iterator>

namespace mxsweep::targets {
namespace {

using namespace std::string_view_literals;

// A mark that is a prefix of another comes after it.
constexpr ForeignFormat kFormats[] = {
    {"\x1f\x8b"sv, "gzip data", "zcat FILE"},
    {"\x1f\x9d"sv, "compress data", "zcat FILE"},
    {"\x28\xb5\x2f\xfd"sv, "zstd data", "zstdcat FILE"},
    {"\xfd\x37zXZ\0"sv, "xz data", "xzcat FILE"},
    {"\x04\x22\x4d\x18"sv, "lz4 data", "lz4cat FILE"},
    {"PK\x03\x04"sv, "a zip archive or a spreadsheet", "unzip -p FILE"},
    {"7z\xbc\xaf\x27\x1c"sv, "a 7z archive", "7z x -so FILE"},
    {"\xff\xfe\0\0"sv, "UTF-32 text", "iconv -f UTF-32 -t UTF-8 FILE"},
    {"\0\0\xfe\xff"sv, "UTF-32 text", "iconv -f UTF-32 -t UTF-8 FILE"},
    {"\xff\xfe"sv, "UTF-16 text", "iconv -f UTF-16 -t UTF-8 FILE"},
    {"\xfe\xff"sv, "UTF-16 text", "iconv -f UTF-16 -t UTF-8 FILE"},
};

// bzip2: "BZh", a digit for the block size, and the mark of a block, or of the end of empty data.
constexpr ForeignFormat kBzip2 = {"BZh"sv, "bzip2 data", "bzcat FILE"};
constexpr std::string_view kBlock = "\x31\x41\x59\x26\x53\x59"sv;
constexpr std::string_view kEnd = "\x17\x72\x45\x38\x50\x90"sv;

bool is_bzip2(std::string_view start) {
  if (!start.starts_with(kBzip2.mark) || start.size() < kForeignMarkOctetsMax) return false;
  const std::string_view behind = start.substr(kBzip2.mark.size() + 1);
  return behind.starts_with(kBlock) || behind.starts_with(kEnd);
}

}  // namespace

const ForeignFormat* recognise_foreign_format(std::string_view start) {
  if (is_bzip2(start)) return &kBzip2;
  const auto* const found = std::ranges::find_if(
      kFormats, [start](const ForeignFormat& format) { return start.starts_with(format.mark); });
  return found == std::end(kFormats) ? nullptr : found;
}

std::string complaint(const ForeignFormat& format) {
  return std::string("is ")
      .append(format.name)
      .append(" and no list of targets; make it one: ")
      .append(format.remedy)
      .append(" | mxsweep scan");
}

}  // namespace mxsweep::targets
