// SPDX-License-Identifier: MIT
// The files around a database: its reserve, and what is set aside.
//
//   Errors   io, with the path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"

namespace mxsweep::store {

[[nodiscard]] bool exists(const std::string& path);

// Renames the database, its -wal and its -shm to NAME.corrupt-TIME…; returns that name.
Result<std::string> set_aside(const std::string& path, WallTime now);
// The same for a -wal and -shm without their database: a new one must not find them.
void remove_log_of(const std::string& path);

// Copies a file, durably, to a path where there is none.
Status copy_file(const std::string& from, const std::string& to);
// Makes `from`, which is complete, the file at `to`, durably.
Status put_in_place(const std::string& from, const std::string& to);

// Room on the disk that is held by a file, and given to the database when there is no other.
class Reserve {
 public:
  static constexpr std::uint64_t kOctets = 64 * 1024 * 1024;

  explicit Reserve(std::string path = {}) : path_(std::move(path)) {}
  // Makes the file, if there is room for twice as much. Without room there is no reserve.
  void make();
  // False: there was none.
  bool release();
  [[nodiscard]] bool held() const { return held_; }

 private:
  std::string path_;
  bool held_ = false;
};

}  // namespace mxsweep::store
