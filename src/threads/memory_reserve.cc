// SPDX-License-Identifier: MIT
#include "mxsweep/threads/memory_reserve.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <new>

namespace mxsweep::threads {
namespace {

// A new-handler takes no argument.
std::atomic<void*> reserve = nullptr;
std::atomic<int> told = -1;
std::new_handler before = nullptr;

// Several threads may be here at once; one of them has the reserve, and all try again.
void give_back() {
  if (void* const pages = reserve.exchange(nullptr)) {
    ::munmap(pages, MemoryReserve::kOctets);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(told, &one, sizeof one);
  } else {
    std::set_new_handler(before);  // Nothing is left: the next failure is thrown.
  }
}

}  // namespace

MemoryReserve::MemoryReserve(int descriptor) {
  void* const pages =
      ::mmap(nullptr, kOctets, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) return;
  kept_ = true;
  told = descriptor;
  reserve = pages;
  before = std::set_new_handler(give_back);
}

MemoryReserve::~MemoryReserve() {
  if (!kept_) return;
  std::set_new_handler(before);
  if (void* const pages = reserve.exchange(nullptr)) ::munmap(pages, kOctets);
}

bool MemoryReserve::used() const { return kept_ && reserve.load() == nullptr; }

}  // namespace mxsweep::threads
