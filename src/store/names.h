// SPDX-License-Identifier: MIT
// The numbers of monitors in history.db: each key has one, for as long as the database exists.
//
//   Memory    the keys once, and 12 octets each.
//   Threads   number_of() from any thread; it never waits for the disk.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace mxsweep::store {

class Names {
 public:
  // Counted from 1.
  [[nodiscard]] std::uint32_t number_of(std::string_view key);
  // Requires: numbers come in the order 1, 2, 3, …
  void restore(std::string_view key);
  void clear();

  // Calls `write` with each number and key that are not saved yet, until it returns false; then
  // that one and those after it remain.
  template <typename Write>
  bool save_new(const Write& write) {
    while (true) {
      std::uint32_t number = 0;
      std::string key;
      {
        const std::lock_guard lock(mutex_);
        if (saved_ == begins_.size()) return true;
        number = static_cast<std::uint32_t>(++saved_);
        key = key_of(number);
      }
      if (!write(number, key)) return false;
    }
  }
  [[nodiscard]] std::uint32_t saved() const { return static_cast<std::uint32_t>(saved_); }
  void set_saved(std::uint32_t saved) { saved_ = saved; }

 private:
  [[nodiscard]] std::string_view key_of(std::uint32_t number) const;
  [[nodiscard]] std::size_t place_of(std::string_view key) const;
  std::uint32_t add(std::string_view key, std::size_t place);
  void grow();

  std::mutex mutex_;
  std::string keys_;                   // One after the other.
  std::vector<std::uint32_t> begins_;  // Of the key with the number i + 1.
  std::vector<std::uint32_t> places_;  // Open addressing: numbers; 0: free.
  std::size_t saved_ = 0;              // Of the thread that writes.
};

}  // namespace mxsweep::store
