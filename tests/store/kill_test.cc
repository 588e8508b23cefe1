// SPDX-License-Identifier: MIT
// kill -9 and a full disk, as a process meets them.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "mxsweep/store/state_store.h"
#include "store/batches.h"
#include "store/database.h"
#include "store/folder.h"
#include "support/catch.h"

namespace mxsweep::store {
namespace {

// Batch `n`: a monitor, an incident with two members, three rows of the timeline.
watch::StateBatch numbered(std::uint32_t n) {
  watch::StateBatch batch;
  batch.monitors = {monitor_row("monitor " + std::to_string(n), watch::State::up)};
  batch.incidents = {incident_row(n)};
  for (int i = 0; i < 3; ++i) {
    watch::TimelineRow row;
    row.incident = n;
    row.text = std::string(500, 'x');
    batch.timeline.push_back(row);
  }
  return batch;
}

[[noreturn]] void commit_for_ever(const std::string& path, std::uint32_t first, int reports) {
  StateStore store;
  if (!store.open(path, at(0)).ok()) ::_exit(2);
  for (std::uint32_t n = first;; ++n) {
    if (!store.commit(numbered(n), at(n)).ok()) ::_exit(3);
    if (::write(reports, &n, sizeof n) != sizeof n) ::_exit(4);
  }
}

struct Count {
  std::int64_t batches = 0;
  std::int64_t halves = 0;  // Of what a batch has, rows that are missing or too many.
};

Count count(const std::string& path) {
  Database database;
  REQUIRE(database.open(path, false));
  Count result;
  result.batches = database.number("SELECT count(*) FROM monitor").value_or(-1);
  for (const auto& [table, rows] :
       {std::pair{"incident", 1}, std::pair{"incident_member", 2}, std::pair{"timeline", 3}}) {
    const auto found = database.number(std::string("SELECT count(*) FROM ") + table);
    result.halves += std::abs(found.value_or(-1) - rows * result.batches);
  }
  return result;
}

}  // namespace

TEST_CASE("what was committed survives kill -9, whole, and nothing else is there",
          "[store][kill]") {
  const Folder folder(true);
  std::uint32_t reported = 0;
  std::uint32_t random = 12345;
  for (int round = 0; round < 50; ++round) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(ends[0]);
      commit_for_ever(folder.path(), reported + 1, ends[1]);
    }
    ::close(ends[1]);
    random = random * 1664525 + 1013904223;
    const std::uint32_t last = reported + 1 + (random >> 8) % 8;
    while (reported < last && ::read(ends[0], &reported, sizeof reported) == sizeof reported) {
    }
    ::usleep((random >> 16) % 2000);
    REQUIRE(::kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    std::uint32_t more = 0;
    while (::read(ends[0], &more, sizeof more) == sizeof more) reported = more;
    ::close(ends[0]);

    StateStore store;
    const auto saved = store.open(folder.path(), at(0));  // No lock is left behind.
    REQUIRE(saved.ok());
    CHECK(store.damage().empty());
    const Count found = count(folder / "state.db");
    CHECK(found.batches >= reported);
    CHECK(found.batches <= reported + 1);
    CHECK(found.halves == 0);
    reported = static_cast<std::uint32_t>(found.batches);
  }
}

namespace {

// Takes all the room that is left; a file for each call.
void fill(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  for (off_t size = 1 << 24, end = 0; size >= 4096; size /= 2) {
    while (::posix_fallocate(file, end, size) == 0) end += size;
  }
  ::close(file);
}

// 0: all went well; otherwise the number of the step that did not.
int meet_a_full_disk(const std::string& path) {
  StateStore store;
  if (!store.open(path, at(0)).ok() || !store.reserve_held()) return 1;
  std::uint32_t n = 1;
  for (; n < 10; ++n) {
    if (!store.commit(numbered(n), at(n)).ok()) return 2;
  }
  fill(path + "/ballast");
  // The reserve is given up, and nothing fails.
  for (; store.reserve_held(); ++n) {
    if (n == 10'000 || !store.commit(numbered(n), at(n)).ok()) return 3;
  }
  fill(path + "/more");
  // Now there is no room at all.
  Status failure;
  for (; failure.ok(); ++n) {
    if (n == 20'000) return 4;
    failure = store.commit(numbered(n), at(n));
  }
  --n;
  if (failure.kind() != Status::Kind::io) return 5;
  if (store.commit(numbered(n), at(n)).ok()) return 6;
  ::unlink((path + "/ballast").c_str());
  ::unlink((path + "/more").c_str());
  if (!store.commit(numbered(n), at(n)).ok()) return 7;
  if (!store.reserve_held()) return 8;
  store.close();
  if (!store.open(path, at(0)).ok() || !store.damage().empty()) return 9;
  Database database;
  if (!database.open(path + "/state.db", false)) return 10;
  if (database.number("SELECT count(*) FROM monitor") != n) return 11;
  if (database.number("SELECT count(*) FROM timeline") != 3 * n) return 12;
  return 0;
}

}  // namespace

TEST_CASE("on a full disk the reserve is used, and then commits fail until there is room",
          "[store][kill]") {
  constexpr int kCannotMount = 77;
  const Folder folder;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int spaces = ::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;
    if (::unshare(spaces) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("none", folder.path().c_str(), "tmpfs", 0, "size=140m") != 0) {
      ::_exit(kCannotMount);
    }
    ::_exit(meet_a_full_disk(folder.path()));
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kCannotMount) {
    WARN("skipped: no file system of our own may be mounted here");
  } else {
    CHECK(WEXITSTATUS(status) == 0);
  }
}

}  // namespace mxsweep::store
