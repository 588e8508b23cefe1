// SPDX-License-Identifier: MIT
// Octets followed by an unreadable page: a read past the last octet ends the test program at once,
// with or without a sanitizer.
//
//   Lifetime  view() dies with its GuardedBytes. An empty view still points at the guard.
//   Errors    a failing mmap() or mprotect() ends the test program.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

class GuardedBytes {
 public:
  explicit GuardedBytes(std::string_view octets) : size_(octets.size()) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t readable = (size_ + page - 1) / page * page;
    mapped_ = readable + page;
    map_ = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map_ == MAP_FAILED) give_up("mmap");
    char* const guard = static_cast<char*>(map_) + readable;
    first_ = guard - size_;
    if (size_ != 0) std::memcpy(first_, octets.data(), size_);
    if (::mprotect(guard, page, PROT_NONE) != 0) give_up("mprotect");
  }
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;
  ~GuardedBytes() { ::munmap(map_, mapped_); }

  [[nodiscard]] std::string_view view() const { return {first_, size_}; }

 private:
  [[noreturn]] static void give_up(const char* call) {
    std::perror(call);
    std::abort();
  }

  std::size_t size_;
  std::size_t mapped_ = 0;
  void* map_ = nullptr;
  char* first_ = nullptr;
};
