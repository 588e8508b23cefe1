// SPDX-License-Identifier: MIT
// An SQLite database and its prepared statements, without exceptions.
//
//   Source    sqlite.org/c3ref; wal.html.
//   Shape     Calls return whether they succeeded. The database keeps the first failure until
//             forget_failure(), so that a chain of calls joined by && needs one look at the end.
//   Lifetime  statements must be destroyed before their database is closed. A text is valid until
//             the statement's next step. One thread at a time.
//   Errors    failure(): io, "PATH: SQLite's words".
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mxsweep::store {

// What can be done about a failure.
enum class Fault : std::uint8_t {
  none,
  full,     // No room on the disk, or writing fails for a similar reason. There may be room later.
  damaged,  // Not a database, or one that contradicts itself.
  busy,     // Another program writes to it.
  other,
};

class Database;

class Statement {
 public:
  Statement() = default;
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;

  // Binds all the parameters and runs it to its end.
  template <typename... Values>
  bool run(const Values&... values) {
    return start(values...) && finish();
  }
  // For many parameters: rewind(), put() each one, finish().
  void rewind() {
    reset();
    put_ = 0;
  }
  template <typename Value>
  void put(const Value& value) {
    bind(++put_, value);
  }
  // Binds all the parameters; then next() while it is true; finish() ends it early.
  template <typename... Values>
  bool start(const Values&... values) {
    if (statement_ == nullptr) return false;
    reset();
    int index = 0;
    (bind(++index, values), ...);
    return true;
  }
  bool next();    // There is a row. False: the end, or a failure of the database.
  bool finish();  // To the end; false: a failure.

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] bool null(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] WallTime time(int column) const {
    return WallTime{std::chrono::microseconds{integer(column)}};
  }

 private:
  friend class Database;
  Statement(Database* database, sqlite3_stmt* statement)
      : database_(database), statement_(statement) {}
  void reset();
  void bind(int index, std::int64_t value);
  void bind(int index, int value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, std::uint8_t value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, std::uint32_t value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, std::uint64_t value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, bool value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, double value);
  void bind(int index, std::string_view value);  // The text must outlive the run.
  void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
  void bind(int index, WallTime value) {
    bind(index, static_cast<std::int64_t>(value.time_since_epoch().count()));
  }
  template <typename Value>
  void bind(int index, const std::optional<Value>& value) {
    if (value) bind(index, *value);  // Otherwise NULL, as after reset().
  }

  Database* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  int put_ = 0;
};

class Database {
 public:
  Database() = default;
  ~Database() { close(); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // `create`: a missing file is made; otherwise that is a failure.
  bool open(const std::string& path, bool create);
  // Beside another connection that writes.
  bool open_read_only(const std::string& path);
  // `stop` is asked every now and then during a statement, and ends it by returning true: that is a
  // failure. It must outlive the database, or its close().
  void stop_when(const std::function<bool()>& stop);
  void close();
  [[nodiscard]] bool is_open() const { return database_ != nullptr; }

  bool execute(const std::string& sql);  // One statement or several; rows are ignored.
  Statement prepare(std::string_view sql);
  std::optional<std::int64_t> number(std::string_view sql);  // The first column of the first row.
  [[nodiscard]] bool read_only() const;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::int64_t last_rowid() const;

  // BEGIN IMMEDIATE; end(true) is COMMIT, end(false) or a COMMIT that fails is ROLLBACK.
  bool begin();
  bool end(bool commit);

  [[nodiscard]] Fault fault() const { return fault_; }
  [[nodiscard]] Status failure() const;  // Requires: fault() is not none.
  void forget_failure();
  // For what SQLite itself does not notice; returns false.
  bool fail(Fault fault, std::string_view words);

 private:
  friend class Statement;
  bool open_with(const std::string& path, int flags);
  bool check(int code);  // An SQLite result; false: a failure, which is kept.

  sqlite3* database_ = nullptr;
  std::string path_;
  Fault fault_ = Fault::none;
  std::string words_;
};

// Whether the file's own structure is whole, as far as PRAGMA quick_check sees.
bool quick_check(Database& database);

}  // namespace mxsweep::store
