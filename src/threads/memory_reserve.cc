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

// A new-handler has no argument, hence these variables.
std::mutex mutex;
std::atomic<void*> reserve = nullptr;
int wake_descriptor = -1;
unsigned generation = 0;  // Of the reserve: a thread's note about an earlier one must not count.
std::new_handler before = nullptr;

// May run in several threads at once. One of them releases the reserve; the others wait for that
// and then also try their allocation again, each once.
void give_back() {
  thread_local unsigned tried_again = 0;
  const std::lock_guard<std::mutex> lock(mutex);
  if (void* const pages = reserve.exchange(nullptr)) {
    ::munmap(pages, MemoryReserve::kOctets);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake_descriptor, &one, sizeof one);
  } else if (tried_again == generation) {
    std::set_new_handler(before);  // The reserve is used up: the next failure throws.
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
  wake_descriptor = descriptor;
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
