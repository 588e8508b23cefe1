// SPDX-License-Identifier: MIT
#include "mxsweep/store/state_store.h"

#include <unistd.h>

#include <optional>

#include "mxsweep/files/file_lock.h"
#include "store/database.h"
#include "store/durable_files.h"
#include "store/past_reader.h"
#include "store/state_reader.h"
#include "store/state_schema.h"
#include "store/state_writer.h"

namespace mxsweep::store {
namespace {

// WAL: 1000 pages (4 MB) before they are copied into the database, and the file is cut back to that
// after a batch that was larger.
constexpr char kStateSettings[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=1000;"
    "PRAGMA journal_size_limit=4096000; PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY";

bool check_identity(Database& database) {
  const auto application = database.number("PRAGMA application_id");
  const auto version = database.number("PRAGMA user_version");
  const auto again = database.number("SELECT value FROM meta WHERE name = 'version'");
  if (!application || !version || !again || *application != kStateApplication ||
      *version != *again || *version < 1) {
    return database.fail(Fault::damaged, "not a state database of mxsweep");
  }
  return true;
}

// From the version before: the tables that it lacks, in one transaction.
bool bring_up_to_date(Database& database) {
  if (*database.number("PRAGMA user_version") == kStateVersion) return true;
  const std::string version = std::to_string(kStateVersion);
  return database.begin() &&
         database.end(database.execute(kFindingTable) &&
                      database.execute("UPDATE meta SET value = " + version +
                                       " WHERE name = 'version'; PRAGMA user_version=" + version));
}

}  // namespace

struct StateStore::Impl {
  files::FileLock lock;
  Reserve reserve;
  Database database;
  std::optional<StateWriter> writer;
  std::string path;
  std::string damage;

  enum class Opened : std::uint8_t { yes, newer, busy, no };
  Opened open_database(WallTime now, watch::Saved& saved);
  Status create();
  Status recover(WallTime now, watch::Saved& saved);
  bool attempt(const watch::StateBatch& batch, WallTime now);
  void add_damage(const std::string& sentence) {
    damage += (damage.empty() ? "" : "; ") + sentence;
  }
};

StateStore::Impl::Opened StateStore::Impl::open_database(WallTime now, watch::Saved& saved) {
  writer.reset();
  if (database.open(path, false) && quick_check(database) && check_identity(database)) {
    if (*database.number("PRAGMA user_version") > kStateVersion) return Opened::newer;
    if (database.read_only()) database.fail(Fault::damaged, "it cannot be written to");
    if (database.execute(kStateSettings) && bring_up_to_date(database) &&
        read_state(database, now, saved)) {
      writer.emplace(database);
      if (database.fault() == Fault::none) return Opened::yes;
    }
  }
  return database.fault() == Fault::busy ? Opened::busy : Opened::no;
}

// The new file gets its name when it is complete, so that an empty one is always damage.
Status StateStore::Impl::create() {
  const std::string beside = path + ".new";
  ::unlink(beside.c_str());
  remove_log_of(path);
  Database made;
  const bool whole = made.open(beside, true) && made.begin() && made.execute(kStateSchema) &&
                     made.execute(kFindingTable) &&
                     made.execute("PRAGMA application_id=" + std::to_string(kStateApplication) +
                                  "; PRAGMA user_version=" + std::to_string(kStateVersion)) &&
                     made.end(true);
  made.close();
  if (!whole) {
    ::unlink(beside.c_str());
    return made.failure();
  }
  return put_in_place(beside, path);
}

// There is no usable database at `path`: that of the last hour, or a new one, takes its place.
Status StateStore::Impl::recover(WallTime now, watch::Saved& saved) {
  const std::string backup = path + ".bak";
  if (exists(backup)) {
    remove_log_of(path);
    if (Status copied = copy_file(backup, path); !copied.ok()) return copied;
    switch (open_database(now, saved)) {
      case Opened::yes: add_damage("the last backup is in use"); return {};
      case Opened::newer:
        return Status::unusable(backup + " was made by a later version of mxsweep");
      case Opened::busy: return database.failure();
      case Opened::no: break;
    }
    add_damage("the backup is damaged too: " + database.failure().sentence());
    database.close();
    const auto name = set_aside(backup, now);
    if (!name.ok()) return name.status();
    ::unlink(path.c_str());
  }
  if (Status made = create(); !made.ok()) return made;
  if (!damage.empty()) add_damage("a new one was begun");
  if (open_database(now, saved) != Opened::yes) return database.failure();
  return {};
}

bool StateStore::Impl::attempt(const watch::StateBatch& batch, WallTime now) {
  database.forget_failure();
  return database.begin() && database.end(writer->write(batch, now));
}

StateStore::StateStore() : impl_(std::make_unique<Impl>()) {}

StateStore::~StateStore() { close(); }

Result<watch::Saved> StateStore::open(const std::string& directory, WallTime now) {
  close();
  Impl& it = *impl_;
  it.damage.clear();
  it.path = directory + "/state.db";
  if (Status locked =
          it.lock.take(directory + "/state.db.lock", "another mxsweep watch uses this directory");
      !locked.ok()) {
    return locked;
  }
  it.reserve = Reserve(directory + "/state.db.reserve");
  it.reserve.make();

  watch::Saved saved;
  auto opened = Impl::Opened::no;
  const bool found = exists(it.path);
  if (found) {
    opened = it.open_database(now, saved);
    if (opened == Impl::Opened::no && it.database.fault() == Fault::full && it.reserve.release()) {
      opened = it.open_database(now, saved);
    }
  }
  switch (opened) {
    case Impl::Opened::yes: return saved;
    case Impl::Opened::newer:
      close();
      return Status::unusable(it.path +
                              " was made by a later version of mxsweep: use that one, or another "
                              "state_dir");
    case Impl::Opened::busy: {
      const Status failure = it.database.failure();
      close();
      return failure;
    }
    case Impl::Opened::no: break;
  }
  if (found) {
    const Status failure = it.database.failure();
    const bool full = it.database.fault() == Fault::full;
    it.database.close();
    // A full disk is not damage: nothing is set aside for it.
    const Result<std::string> name = full ? Result<std::string>(failure) : set_aside(it.path, now);
    if (!name.ok()) {
      close();
      return name.status();
    }
    it.add_damage(failure.sentence() + "; it was set aside as " + *name);
  } else if (exists(it.path + ".bak")) {
    it.add_damage(it.path + ": the database is missing");
  }
  Status recovered = it.recover(now, saved);
  if (!recovered.ok() && it.reserve.release()) recovered = it.recover(now, saved);
  if (!recovered.ok()) {
    close();
    return recovered;
  }
  return saved;
}

const std::string& StateStore::damage() const { return impl_->damage; }

Result<watch::Past> StateStore::read_past(std::size_t incidents_most) {
  Impl& it = *impl_;
  if (!it.writer) return Status::io(it.path + ": the database is not open");
  it.database.forget_failure();
  watch::Past past;
  if (store::read_past(it.database, incidents_most, past)) return past;
  return it.database.failure();
}

Status StateStore::commit(const watch::StateBatch& batch, WallTime now) {
  Impl& it = *impl_;
  if (!it.writer) return Status::io(it.path + ": the database is not open");
  bool done = it.attempt(batch, now);
  if (!done && it.database.fault() == Fault::full && it.reserve.release()) {
    done = it.attempt(batch, now);
  } else if (done && !it.reserve.held()) {
    it.reserve.make();
  }
  return done ? Status() : it.database.failure();
}

bool StateStore::reserve_held() const { return impl_->reserve.held(); }

Status StateStore::tidy(WallTime now) {
  Impl& it = *impl_;
  if (!it.writer) return Status::io(it.path + ": the database is not open");
  it.database.forget_failure();
  if (it.database.begin() && it.database.end(it.writer->tidy(now))) return {};
  return it.database.failure();
}

Status StateStore::back_up() {
  Impl& it = *impl_;
  const std::string beside = it.path + ".bak.new";
  ::unlink(beside.c_str());
  it.database.forget_failure();
  if (!it.database.prepare("VACUUM INTO ?").run(beside)) {
    ::unlink(beside.c_str());
    return it.writer ? it.database.failure() : Status::io(it.path + ": the database is not open");
  }
  return put_in_place(beside, it.path + ".bak");
}

void StateStore::close() {
  impl_->writer.reset();
  impl_->database.close();
  impl_->lock.release();
}

}  // namespace mxsweep::store
