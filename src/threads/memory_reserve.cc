// SPDX-License-Identifier: MIT
#include "mxsweep/threads/memory_reserve.h"

#include <sys/mman.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <new>
#include <utility>

namespace mxsweep::threads {
namespace {

// A new-handler has no argument, hence these variables.
std::mutex mutex;
std::atomic<void*> reserve = nullptr;
std::function<void()> tell;
unsigned generation = 0;  // Of the reserve: a thread's note about an earlier one must not count.
std::new_handler before = nullptr;

// May run in several threads at once. One of them releases the reserve; the others wait for that
// and then also try their allocation again, each once.
void give_back() {
  thread_local unsigned tried_again = 0;
  const std::lock_guard<std::mutex> lock(mutex);
  if (void* const pages = reserve.exchange(nullptr)) {
    ::munmap(pages, MemoryReserve::kOctets);
    tell();
  } else if (tried_again == generation) {
    std::set_new_handler(before);  // The reserve is used up: the next failure throws.
  }
  tried_again = generation;
}

}  // namespace

MemoryReserve::MemoryReserve(std::function<void()> on_used) {
  void* const pages =
      ::mmap(nullptr, kOctets, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) return;
  kept_ = true;
  const std::lock_guard<std::mutex> lock(mutex);
  ++generation;
  tell = std::move(on_used);
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
