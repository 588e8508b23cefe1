// SPDX-License-Identifier: MIT
// Runs a step of a test with limited memory.
//
//   Shape     include it in one file of a test program: it takes malloc's place in all of it. Where
//             MXSWEEP_MALLOC_IS_OURS is 0, none of it is defined.
//   Threads   each its own.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <optional>

#include "support/sanitizer.h"

// The library's allocations are refused by replacing malloc; a sanitizer has replaced it already.
#if MXSWEEP_ADDRESS_SANITIZER || MXSWEEP_THREAD_SANITIZER || !defined(__GLIBC__)
#define MXSWEEP_MALLOC_IS_OURS 0
#else
#define MXSWEEP_MALLOC_IS_OURS 1
#endif

#if MXSWEEP_MALLOC_IS_OURS

namespace mxsweep {

// The octets that this thread may still allocate; empty: no limit.
inline thread_local std::optional<std::size_t> memory_left;
inline thread_local bool memory_refused = false;

inline void* counted(void* made) {
  if (made != nullptr && memory_left)
    *memory_left -= std::min(*memory_left, ::malloc_usable_size(made));
  return made;
}

inline bool refuse(std::size_t octets) {
  if (!memory_left || octets <= *memory_left) return false;
  memory_refused = true;
  return true;
}

}  // namespace mxsweep

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t octets) {
  return mxsweep::refuse(octets) ? nullptr : mxsweep::counted(__libc_malloc(octets));
}
void* calloc(std::size_t count, std::size_t octets) {
  return mxsweep::refuse(count * octets) ? nullptr : mxsweep::counted(__libc_calloc(count, octets));
}
void* realloc(void* old, std::size_t octets) {
  if (mxsweep::refuse(octets)) return nullptr;
  if (mxsweep::memory_left && old != nullptr) *mxsweep::memory_left += ::malloc_usable_size(old);
  return mxsweep::counted(__libc_realloc(old, octets));
}
void free(void* made) {
  if (mxsweep::memory_left && made != nullptr) *mxsweep::memory_left += ::malloc_usable_size(made);
  __libc_free(made);
}
}

// Our own are neither counted nor refused: without memory for them the program ends.
void* operator new(std::size_t octets) {
  void* const made = __libc_malloc(octets);
  if (made == nullptr) throw std::bad_alloc();
  return made;
}
void operator delete(void* made) noexcept { __libc_free(made); }
void operator delete(void* made, std::size_t) noexcept { __libc_free(made); }

namespace mxsweep {

// Runs `step` with no more memory than that. Returns whether it tried to allocate more.
template <typename Step>
bool with_memory(std::size_t octets, Step step) {
  memory_refused = false;
  memory_left = octets;
  step();
  memory_left.reset();
  return memory_refused;
}

}  // namespace mxsweep

#endif
