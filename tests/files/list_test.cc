// SPDX-License-Identifier: MIT
#include "mxsweep/files/list.h"

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

#include "support/catch.h"

namespace mxsweep::files {
namespace {

using namespace std::string_literals;

std::string gzipped(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string octets(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(octets.data());
  stream.avail_out = static_cast<uInt>(octets.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  octets.resize(stream.total_out);
  deflateEnd(&stream);
  return octets;
}

std::string zstd_of(const std::string& text, int window_bits = 0) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_bits);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string octets(ZSTD_compressBound(text.size()) + 64, '\0');
  ZSTD_outBuffer out{octets.data(), octets.size(), 0};
  // In two steps, so that the frame has the window and not the size of its content.
  for (const std::string& part : {text, ""s}) {
    ZSTD_inBuffer in{part.data(), part.size(), 0};
    const auto how = part.empty() ? ZSTD_e_end : ZSTD_e_continue;
    REQUIRE_FALSE(ZSTD_isError(ZSTD_compressStream2(context, &out, &in, how)));
  }
  ZSTD_freeCCtx(context);
  octets.resize(out.pos);
  return octets;
}

// All that a list yields, and what ended it.
struct Text {
  std::string octets;
  std::string failure;
};

Text text_of(List& list) {
  Text text;
  while (true) {
    std::string_view octets;
    switch (list.read(octets)) {
      case List::Read::octets: text.octets += octets; break;
      case List::Read::nothing_yet: break;
      case List::Read::end: return text;
      case List::Read::failed: text.failure = list.failure().sentence(); return text;
    }
  }
}

class File {
 public:
  explicit File(const std::string& octets) {
    REQUIRE((descriptor_ = ::mkstemp(path_.data())) >= 0);
    REQUIRE(::write(descriptor_, octets.data(), octets.size()) == std::ssize(octets));
  }
  ~File() {
    ::close(descriptor_);
    ::unlink(path_.c_str());
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] ListSource source() const { return {.path = path_, .words = {}}; }

 private:
  std::string path_ = "/tmp/mxsweep-list-XXXXXX";
  int descriptor_ = -1;
};

Text text_of_file(const std::string& octets) {
  const File file(octets);
  List list;
  REQUIRE(list.open(file.source()).ok());
  CHECK(list.regular());
  CHECK(list.octets_all() == octets.size());
  Text text = text_of(list);
  if (text.failure.empty()) CHECK(list.octets_read() == octets.size());
  REQUIRE(list.rewind().ok());
  CHECK(list.octets_read() == 0);
  CHECK(text_of(list).octets == text.octets);
  return text;
}

std::string long_list() {
  std::string text;
  for (int i = 0; i < 60'000; ++i) text += "mx" + std::to_string(i * 7919 % 60'013) + ".test\n";
  return text;
}

}  // namespace

TEST_CASE("a list is read as its text, compressed or not", "[files][list]") {
  for (const std::string& text : {""s, "x"s, "192.0.2.1\n"s, "P*M"s, "\x1f\n"s, long_list()}) {
    CHECK(text_of_file(text).octets == text);
    CHECK(text_of_file(gzipped(text)).octets == text);
    CHECK(text_of_file(zstd_of(text)).octets == text);
  }
}

TEST_CASE("members and frames that follow one another are one list", "[files][list]") {
  const std::string a = "192.0.2.1\n192.0";
  const std::string b = ".2.2\n";
  const std::string skipped = "\x5e\x2a\x4d\x18\x03\0\0\0"s + "abc";
  const std::string long_one = long_list();
  CHECK(text_of_file(gzipped(a) + gzipped("") + gzipped(b)).octets == a + b);
  CHECK(text_of_file(gzipped(long_one) + gzipped(a)).octets == long_one + a);
  CHECK(text_of_file(gzipped(a) + std::string(1000, '\0')).octets == a);
  CHECK(text_of_file(zstd_of(a) + zstd_of("") + skipped + zstd_of(b)).octets == a + b);
  CHECK(text_of_file(skipped + zstd_of(long_one) + zstd_of(a)).octets == long_one + a);
  CHECK(text_of_file(skipped).octets.empty());
}

TEST_CASE("data that ends too early is reported behind what precedes it", "[files][list]") {
  const std::string text = "192.0.2.1\n192.0.2.2\n";
  for (const std::string& octets : {gzipped(text), zstd_of(text)}) {
    const std::string words =
        octets.front() == '\x1f' ? "the gzip data is cut off" : "the zstd data is cut off";
    for (std::size_t size = 4; size < octets.size(); ++size) {
      CAPTURE(size, words);
      const Text alone = text_of_file(octets.substr(0, size));
      CHECK(text.starts_with(alone.octets));
      CHECK(alone.failure == words);
      const Text second = text_of_file(octets + octets.substr(0, size));
      CHECK(second.octets.starts_with(text));
      CHECK(second.failure == words);
    }
  }
}

TEST_CASE("corrupt data is reported behind what precedes it", "[files][list]") {
  const std::string text = long_list();
  for (std::string octets : {gzipped(text), zstd_of(text)}) {
    const std::string name = octets.front() == '\x1f' ? "the gzip data " : "the zstd data ";
    const Text followed = text_of_file(octets + "rubbish");
    CHECK(followed.octets == text);
    CHECK(followed.failure.starts_with(name + "is "));
    octets[octets.size() - 2] ^= 1;  // The checksum, or the length.
    const Text wrong_sum = text_of_file(octets);
    CHECK(wrong_sum.failure == name + "is corrupt");
    std::fill(octets.begin() + std::ssize(octets) / 2, octets.end(), '\xff');
    const Text broken = text_of_file(octets);
    CHECK(broken.octets.size() > text.size() / 10);
    CHECK(broken.failure.starts_with(name + "is "));
  }
  CHECK(text_of_file(gzipped(text) + "\0\0x"s).failure ==
        "the gzip data is followed by other data");
}

TEST_CASE("zstd data that needs too much memory is refused with the remedy", "[files][list]") {
  CHECK(text_of_file(zstd_of("192.0.2.1\n", 27)).octets == "192.0.2.1\n");
  CHECK(text_of_file(zstd_of("192.0.2.1\n", 28)).failure ==
        "the zstd data needs more than 128 MiB to be read; try zstdcat --long=31 FILE | mxsweep "
        "scan");
}

TEST_CASE("a pipe is read without waiting, wherever it is cut", "[files][list]") {
  const std::string text = "192.0.2.1\n192.0.2.2\n";
  for (const std::string& octets : {text, gzipped(text) + gzipped(text), zstd_of(text)}) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    List list;
    REQUIRE(list.open({.path = "/dev/fd/" + std::to_string(ends[0]), .words = {}}).ok());
    CHECK_FALSE(list.regular());
    std::string seen;
    for (const char octet : octets) {
      CHECK_FALSE(list.has_input());
      REQUIRE(::write(ends[1], &octet, 1) == 1);
      while (list.has_input()) {
        std::string_view part;
        const List::Read read = list.read(part);
        REQUIRE(read != List::Read::failed);
        REQUIRE(read != List::Read::end);
        if (read == List::Read::octets) seen += part;
      }
    }
    ::close(ends[1]);
    CHECK(list.has_input());
    CHECK(text_of(list).failure.empty());
    CHECK((seen == text || seen == text + text));
    ::close(ends[0]);
  }
}

TEST_CASE("words are a list with a line for each", "[files][list]") {
  List list;
  const ListSource source{.path = "-", .words = {"192.0.2.1", "a b"}};
  REQUIRE(list.open(source).ok());
  CHECK(text_of(list).octets == "192.0.2.1\na b\n");
  CHECK(name_of(source) == "the command line");
  CHECK(name_of({}) == "standard input");
}

}  // namespace mxsweep::files
