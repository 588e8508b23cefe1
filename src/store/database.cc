// SPDX-License-Identifier: MIT
#include "store/database.h"

#include <sqlite3.h>

#include <utility>

namespace mxsweep::store {
namespace {

constexpr int kBusyMsMax = 2000;       // A person's sqlite3 may write for a moment.
constexpr int kStepsBetween = 10'000;  // Of SQLite's virtual machine: some tenths of a millisecond.

Fault fault_of(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL: return Fault::full;
    case SQLITE_IOERR:
      // A quota or a limit on file sizes (EDQUOT, EFBIG) arrives as a failed write, and a full disk
      // as a shared-memory file that cannot grow.
      return code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_SHMSIZE ||
                     code == SQLITE_IOERR_SHMMAP || code == SQLITE_IOERR_TRUNCATE
                 ? Fault::full
                 : Fault::other;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Fault::damaged;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Fault::busy;
    default: return Fault::other;
  }
}

}  // namespace

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement::Statement(Statement&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)),
      statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    sqlite3_finalize(statement_);
    database_ = std::exchange(other.database_, nullptr);
    statement_ = std::exchange(other.statement_, nullptr);
  }
  return *this;
}

void Statement::reset() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_, index, value);
}

void Statement::bind(int index, double value) { sqlite3_bind_double(statement_, index, value); }

void Statement::bind(int index, std::string_view value) {
  // An empty view may have no address, which would be NULL.
  sqlite3_bind_text64(statement_, index, value.empty() ? "" : value.data(), value.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
}

bool Statement::next() {
  if (statement_ == nullptr) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_->check(code);
  // A statement that is not reset keeps its read transaction, and with it the whole WAL.
  sqlite3_reset(statement_);
  return false;
}

bool Statement::finish() {
  if (statement_ == nullptr) return false;
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement_);
  if (code != SQLITE_DONE) database_->check(code);
  sqlite3_reset(statement_);
  return code == SQLITE_DONE;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double Statement::real(int column) const { return sqlite3_column_double(statement_, column); }

bool Statement::null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::string_view Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Database::open(const std::string& path, bool create) {
  return open_with(path, SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0));
}

bool Database::open_read_only(const std::string& path) {
  return open_with(path, SQLITE_OPEN_READONLY);
}

bool Database::open_with(const std::string& path, int flags) {
  close();
  forget_failure();
  path_ = path;
  flags |= SQLITE_OPEN_NOMUTEX;
  if (!check(sqlite3_open_v2(path.c_str(), &database_, flags, nullptr))) {
    close();
    return false;
  }
  sqlite3_extended_result_codes(database_, 1);
  sqlite3_busy_timeout(database_, kBusyMsMax);
  // The file may be damaged: nothing in its schema is trusted, and pages are looked at twice.
  return execute("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON");
}

void Database::stop_when(const std::function<bool()>& stop) {
  if (database_ == nullptr) return;
  const auto ask = [](void* context) {
    return (*static_cast<const std::function<bool()>*>(context))() ? 1 : 0;
  };
  // SQLite does not change what it hands back.
  sqlite3_progress_handler(database_, kStepsBetween, ask,
                           const_cast<std::function<bool()>*>(&stop));
}

void Database::close() {
  sqlite3_close_v2(database_);
  database_ = nullptr;
}

bool Database::execute(const std::string& sql) {
  return database_ != nullptr &&
         check(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr));
}

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (database_ == nullptr ||
      !check(sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                                SQLITE_PREPARE_PERSISTENT, &statement, nullptr))) {
    return {};
  }
  return {this, statement};
}

std::optional<std::int64_t> Database::number(std::string_view sql) {
  Statement statement = prepare(sql);
  if (!statement.start() || !statement.next()) return std::nullopt;
  return statement.integer(0);
}

bool Database::read_only() const { return sqlite3_db_readonly(database_, "main") != 0; }

std::int64_t Database::last_rowid() const { return sqlite3_last_insert_rowid(database_); }

bool Database::begin() { return execute("BEGIN IMMEDIATE"); }

bool Database::end(bool commit) {
  if (commit && execute("COMMIT")) return true;
  // Some failures have rolled back already.
  if (database_ != nullptr && sqlite3_get_autocommit(database_) == 0) {
    sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  return false;
}

Status Database::failure() const { return Status::io(path_ + ": " + words_); }

void Database::forget_failure() {
  fault_ = Fault::none;
  words_.clear();
}

bool Database::fail(Fault fault, std::string_view words) {
  if (fault_ == Fault::none) {
    fault_ = fault;
    words_ = words;
  }
  return false;
}

bool Database::check(int code) {
  if (code == SQLITE_OK) return true;
  return fail(fault_of(code),
              database_ != nullptr ? sqlite3_errmsg(database_) : sqlite3_errstr(code));
}

bool quick_check(Database& database) {
  Statement check = database.prepare("PRAGMA quick_check(1)");
  if (!check.start() || !check.next()) return false;
  if (check.text(0) == "ok") return true;
  return database.fail(Fault::damaged, check.text(0));
}

}  // namespace mxsweep::store
