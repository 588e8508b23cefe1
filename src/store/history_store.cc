// SPDX-License-Identifier: MIT
#include "mxsweep/store/history_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "store/compaction.h"
#include "store/database.h"
#include "store/durable_files.h"
#include "store/history_schema.h"
#include "store/names.h"
#include "store/retention.h"
#include "store/words.h"

namespace mxsweep::store {
namespace {

// Freed pages are used again for the next partition. auto_vacuum serves a budget that has shrunk.
constexpr char kHistorySettings[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=1000;"
    "PRAGMA journal_size_limit=4096000; PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY";

// To check 10 GB takes minutes. Of a larger file, the small tables are checked; damage elsewhere is
// found when it is met, and the database is replaced then.
constexpr std::uint64_t kCheckedOctetsMax = 256'000'000;

constexpr std::int64_t kGraceMs = 60'000;  // For results that are late.
constexpr int kVacuumPages = 500;          // A piece.

std::int64_t in_ms(WallTime now) {
  return std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
}

}  // namespace

struct HistoryStore::Impl {
  std::string path;
  std::uint64_t octets_max = 0;
  Database database;
  Names names;
  HistoryWords words;
  std::string damage;
  std::uint64_t lost = 0;
  bool newer = false;  // A later version has made it.
  Progress progress;
  struct Partition {
    std::int64_t hour = 0;
    Statement insert;
  };
  std::vector<Partition> partitions;  // The last two, so that an hour may end out of order.
  std::optional<HourCompaction> hour;
  std::optional<DayCompaction> day;
  std::optional<Doomed> doomed;

  void release();
  bool open_database(WallTime now);
  bool check();
  bool restore_names();
  bool create();
  Status replace(WallTime now);
  Status on_failure(WallTime now);
  Statement* insert_of(std::int64_t hour);
  bool write(std::span<const watch::HistoryRow> rows);
  bool compact(WallTime now, bool& more);
  bool begin_work(std::int64_t now_ms);
  std::uint64_t octets_in_use();
};

// Statements and pieces refer to the database.
void HistoryStore::Impl::release() {
  partitions.clear();
  hour.reset();
  day.reset();
  doomed.reset();
  database.close();
}

bool HistoryStore::Impl::check() {
  struct stat file {};
  const bool small = ::stat(path.c_str(), &file) == 0 &&
                     static_cast<std::uint64_t>(file.st_size) <= kCheckedOctetsMax;
  if (small) return quick_check(database);
  return database.execute("PRAGMA quick_check(monitor)") &&
         database.execute("PRAGMA quick_check(meta)");
}

bool HistoryStore::Impl::restore_names() {
  names.clear();
  Statement rows = database.prepare("SELECT id, key FROM monitor ORDER BY id");
  if (!rows.start()) return false;
  while (rows.next()) {
    names.restore(rows.text(1));
    if (rows.integer(0) != names.saved()) {
      return database.fail(Fault::damaged, "the numbers of the monitors have a gap");
    }
  }
  return database.fault() == Fault::none;
}

bool HistoryStore::Impl::open_database(WallTime now) {
  if (!database.open(path, false) || !check()) return false;
  const auto application = database.number("PRAGMA application_id");
  const auto version = database.number("PRAGMA user_version");
  const auto again = database.number("SELECT value FROM meta WHERE name = 'version'");
  const auto hours = database.number("SELECT value FROM meta WHERE name = 'hours_done'");
  const auto days = database.number("SELECT value FROM meta WHERE name = 'days_done'");
  if (!application || !version || !again || !hours || !days ||
      *application != kHistoryApplication || *version != *again || database.read_only()) {
    return database.fail(Fault::damaged, "not a history database of mxsweep");
  }
  newer = *version > kHistoryVersion;
  if (newer) return false;
  // After a step of the clock into the past, hours are compacted again.
  progress.hour_now = in_ms(now) / kHourMs;
  progress.hours_done = std::min(*hours, progress.hour_now - 1);
  progress.days_done = std::min(*days, progress.hour_now / kHoursOfDay - 1);
  return database.execute(kHistorySettings) && database.begin() &&
         database.end(words.load(database) && make_views(database));
}

bool HistoryStore::Impl::create() {
  const std::string beside = path + ".new";
  ::unlink(beside.c_str());
  remove_log_of(path);
  const bool whole =
      database.open(beside, true) && database.execute("PRAGMA auto_vacuum=INCREMENTAL") &&
      database.begin() && database.execute(kHistorySchema) &&
      database.execute("CREATE TABLE daily(" + summary_columns("day") +
                       ", PRIMARY KEY(day, monitor)) WITHOUT ROWID") &&
      database.execute("PRAGMA application_id=" + std::to_string(kHistoryApplication) +
                       "; PRAGMA user_version=" + std::to_string(kHistoryVersion)) &&
      database.end(true);
  database.close();
  return whole && ::rename(beside.c_str(), path.c_str()) == 0;
}

// Sets a damaged database aside and begins a new one. The numbers of monitors stay.
Status HistoryStore::Impl::replace(WallTime now) {
  const Status failure = database.failure();
  release();
  const auto name = set_aside(path, now);
  if (!name.ok()) return name.status();
  damage += (damage.empty() ? "" : "; ") + failure.sentence() + "; it was set aside as " + *name +
            " and a new one was begun";
  names.set_saved(0);
  if (!create() || !open_database(now)) return database.failure();
  return {};
}

Status HistoryStore::Impl::on_failure(WallTime now) {
  const Status failure = database.failure();
  partitions.clear();  // A table that was made in the transaction is gone.
  hour.reset();
  day.reset();
  doomed.reset();
  if (database.fault() == Fault::damaged) {
    if (const Status replaced = replace(now); !replaced.ok()) return replaced;
  }
  return failure;
}

Statement* HistoryStore::Impl::insert_of(std::int64_t of) {
  for (Partition& partition : partitions) {
    if (partition.hour == of) return &partition.insert;
  }
  constexpr std::size_t kPartitionsMax = 2;
  if (partitions.size() == kPartitionsMax) partitions.erase(partitions.begin());
  const auto known =
      database.number("SELECT count(*) FROM sqlite_schema WHERE name = '" + raw_name(of) + "'");
  if (!known || (*known == 0 && (!make_raw(database, of) || !make_views(database)))) {
    return nullptr;
  }
  partitions.push_back(
      {of, database.prepare("INSERT INTO " + raw_name(of) + " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)")});
  return &partitions.back().insert;
}

bool HistoryStore::Impl::write(std::span<const watch::HistoryRow> rows) {
  Statement name = database.prepare("INSERT INTO monitor VALUES(?, ?)");
  const auto save = [&](std::uint32_t number, const std::string& key) {
    return name.run(number, key);
  };
  if (!names.save_new(save)) return false;
  for (const watch::HistoryRow& row : rows) {
    // What comes too late for its hour counts for the next one.
    Statement* insert = insert_of(std::max(row.at_ms / kHourMs, progress.hours_done + 1));
    if (insert == nullptr ||
        !insert->run(row.monitor, row.at_ms, words.outcomes.number(row.outcome),
                     words.phases.number(row.phase), words.causes.number(row.cause),
                     words.states.number(row.state), row.unobserved, row.maintenance, row.total_us,
                     row.connect_us, row.greeting_us, row.ehlo_us, row.tls_us)) {
      return false;
    }
  }
  return true;
}

std::uint64_t HistoryStore::Impl::octets_in_use() {
  const auto pages = database.number("PRAGMA page_count");
  const auto free = database.number("PRAGMA freelist_count");
  const auto size = database.number("PRAGMA page_size");
  if (!pages || !free || !size) return 0;
  return static_cast<std::uint64_t>((*pages - *free) * *size);
}

// What is to be done next, if anything.
bool HistoryStore::Impl::begin_work(std::int64_t now_ms) {
  std::vector<std::int64_t> raw;
  std::vector<std::int64_t> days;
  if (!list_raw(database, raw) || !list_hourly(database, days)) return false;
  const auto waits = std::find_if(raw.begin(), raw.end(),
                                  [&](std::int64_t of) { return of > progress.hours_done; });
  if (waits != raw.end() && now_ms >= (*waits + 1) * kHourMs + kGraceMs) {
    hour.emplace(database, words, *waits, names.saved());
    return true;
  }
  const std::int64_t open_from = waits == raw.end() ? now_ms / kHourMs : *waits;
  for (const std::int64_t of : days) {
    if (of > progress.days_done && open_from >= (of + 1) * kHoursOfDay && names.saved() != 0) {
      day.emplace(database, of, names.saved());
      return true;
    }
  }
  progress.hour_now = now_ms / kHourMs;
  progress.over_budget = octets_in_use() > octets_max;
  return find_doomed(database, progress, doomed);
}

bool HistoryStore::Impl::compact(WallTime now, bool& more) {
  more = true;
  if (hour) {
    if (!hour->piece()) return false;
    if (hour->finished()) {
      progress.hours_done = hour->hour();
      hour.reset();
    }
    return true;
  }
  if (day) {
    if (!day->piece()) return false;
    if (day->finished()) {
      progress.days_done = day->day();
      day.reset();
    }
    return true;
  }
  if (doomed) {
    if (doomed->raw) {
      std::erase_if(partitions, [&](const Partition& part) { return part.hour == doomed->hour; });
      progress.hours_done = std::max(progress.hours_done, doomed->hour);
    }
    bool gone = false;
    if (!remove_piece(database, *doomed, gone)) return false;
    if (gone) doomed.reset();
    return true;
  }
  if (!begin_work(in_ms(now))) return false;
  if (hour || day || doomed) return true;
  more = false;
  const auto pages = database.number("PRAGMA page_count");
  const auto size = database.number("PRAGMA page_size");
  const auto free = database.number("PRAGMA freelist_count");
  if (!pages || !size || !free) return false;
  if (*free > 0 && static_cast<std::uint64_t>(*pages * *size) > octets_max) {
    more = *free > kVacuumPages;
    return database.execute("PRAGMA incremental_vacuum(" + std::to_string(kVacuumPages) + ")");
  }
  return true;
}

HistoryStore::HistoryStore() : impl_(std::make_unique<Impl>()) {}

HistoryStore::~HistoryStore() { close(); }

Status HistoryStore::open(const std::string& directory, std::uint64_t octets_max, WallTime now) {
  close();
  Impl& it = *impl_;
  it.path = directory + "/history.db";
  it.octets_max = octets_max;
  it.damage.clear();
  it.lost = 0;
  if (!exists(it.path) && !it.create()) return it.database.failure();
  it.newer = false;
  if (it.open_database(now) && it.restore_names()) return {};
  if (it.newer) {
    it.release();
    return Status::unusable(it.path + " was made by a later version of mxsweep");
  }
  switch (it.database.fault()) {
    case Fault::none:
    case Fault::full:
    case Fault::busy: break;
    case Fault::damaged:
    case Fault::other: {
      it.names.clear();
      return it.replace(now);
    }
  }
  const Status failure = it.database.failure();
  it.release();
  return failure;
}

const std::string& HistoryStore::damage() const { return impl_->damage; }

std::uint32_t HistoryStore::number_of(std::string_view key) { return impl_->names.number_of(key); }

Status HistoryStore::add(std::span<const watch::HistoryRow> rows) {
  Impl& it = *impl_;
  if (!it.database.is_open()) {
    it.lost += rows.size();
    return Status::io(it.path + ": the database is not open");
  }
  const std::uint32_t saved = it.names.saved();
  it.database.forget_failure();
  if (it.database.begin() && it.database.end(it.write(rows))) return {};
  it.lost += rows.size();
  it.names.set_saved(saved);
  const auto at_ms = rows.empty() ? it.progress.hour_now * kHourMs : rows.back().at_ms;
  return it.on_failure(WallTime{std::chrono::milliseconds{at_ms}});
}

Status HistoryStore::compact(WallTime now, bool& more) {
  Impl& it = *impl_;
  more = false;
  if (!it.database.is_open()) return Status::io(it.path + ": the database is not open");
  it.database.forget_failure();
  if (it.compact(now, more)) return {};
  more = false;
  return it.on_failure(now);
}

std::uint64_t HistoryStore::octets() const {
  return impl_->database.is_open() ? impl_->octets_in_use() : 0;
}

std::uint64_t HistoryStore::lost() const { return impl_->lost; }

void HistoryStore::close() { impl_->release(); }

}  // namespace mxsweep::store
