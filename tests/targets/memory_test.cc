// SPDX-License-Identifier: MIT
// Memory that does not grow with the list, checked by counting all allocations of this program.
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>

#include "mxsweep/targets/reader.h"
#include "support/catch.h"

using mxsweep::targets::BadLine;
using mxsweep::targets::Reader;
using mxsweep::targets::Target;
using Next = Reader::Next;

namespace {

std::size_t allocations = 0;

void* count_and_allocate(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  std::abort();
}

}  // namespace

void* operator new(std::size_t size) { return count_and_allocate(size); }
void* operator new[](std::size_t size) { return count_and_allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return count_and_allocate(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return count_and_allocate(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

TEST_CASE("after a warm-up, a list of any length needs no more memory", "[targets][reader]") {
  const std::string meta = "\"" + std::string(600, 'm') + "\"";
  const std::string block = "192.0.2.1\n[2001:db8::5]:25\n# comment\nmx1.example.net\n?\n" +
                            ("{\"target\":\"192.0.2.0/30\",\"meta\":" + meta + "}\n{broken\n") +
                            std::string(40'000, 'x') + "\n10.0.0.0/24,mx\n192.0.2";
  Reader reader({25, 465});
  Target target;
  BadLine bad;
  std::uint64_t targets = 0;
  const auto read_block = [&] {
    reader.feed(block);
    Next next = reader.next(target, bad);
    for (; next != Next::need_more; next = reader.next(target, bad)) {
      if (next == Next::target) ++targets;
    }
  };
  read_block();
  read_block();
  const std::size_t warm = allocations;
  REQUIRE(warm > 0);
  targets = 0;
  for (int i = 0; i < 200; ++i) read_block();
  CHECK(allocations == warm);
  CHECK(targets == 200 * (1 + 2 + 2 * 4 + 2 * 256));  // Each block ends within a line.
}

TEST_CASE("a plain IPv4 target owns no heap memory", "[targets][reader]") {
  Reader reader({25});
  reader.feed("223.255.255.255\n223.255.255.255:25\n");
  BadLine bad;
  Target plain;
  const std::size_t before = allocations;
  REQUIRE(reader.next(plain, bad) == Next::target);
  const std::size_t after = allocations;
  CHECK(after == before);
  Target longer;
  REQUIRE(reader.next(longer, bad) == Next::target);
  CHECK(allocations == after + 1);
}
