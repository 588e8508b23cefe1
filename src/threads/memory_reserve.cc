// SPDX-License-Identifier: MIT
#include "mxsweep/threads/memory_reserve.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <new>

namespace mxsweep::threads {
namespace {

// A new-handler takes no argument.
std::mutex mutex;
std::atomic<void*> reserve = nullptr;
int told = -1;
unsigned generation = 0;  // Of reserves: what a thread remembers of one must not be of another.
std::new_handler before = nullptr;

// Several threads may be here at once. One of them gives the reserve back; the others wait for that
// and try again too, each once.
void give_back() {
  thread_local unsigned tried_again = 0;
  const std::lock_guard<std::mutex> lock(mutex);
  if (void* const pages = reserve.exchange(nullptr)) {
    ::munmap(pages, MemoryReserve::kOctets);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(told, &one, sizeof one);
  } else if (tried_again == generation) {
    std::set_new_handler(before);  // Nothing is left: the next failure is thrown.
  }
  tried_again = generation;
}

}  // namespace

MemoryReserve::MemoryReserve(int descriptor) {
  void* const pages =
      ::mmap(nullptr, kOctets, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) return;
  kept_ = true;
  const std::lock_guard<std::mutex> lock(mutex);
  ++generation;
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
