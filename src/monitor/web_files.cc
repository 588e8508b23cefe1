// SPDX-License-Identifier: MIT
#include "monitor/web_files.h"

#include <algorithm>
#include <filesystem>
#include <future>
#include <optional>
#include <utility>

#include "mxsweep/files/whole_file.h"
#include "mxsweep/pages/pages.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::monitor {
namespace {

using pages::Place;

constexpr std::uint32_t kRowsOfFile = 100;
constexpr std::uint32_t kFilesOfGroup = 20;
constexpr std::uint32_t kMonitorFilesMost = 1000;
constexpr std::uint32_t kIncidentFiles = 100;
constexpr std::uint32_t kOverviewFiles = 50;
constexpr std::chrono::seconds kLoopPatience{20};
constexpr std::chrono::milliseconds kLoopLook{100};  // Between two looks whether it ends.

// One writing of all pages.
class Round {
 public:
  Round(std::filesystem::path folder, const view::Board& board, const WebFiles::InLoop& in_loop,
        pages::Audience audience, const std::atomic<bool>& ends)
      : folder_(std::move(folder)),
        board_(board),
        in_loop_(in_loop),
        audience_(std::move(audience)),
        ends_(ends) {}

  Status write();

 private:
  // What the board says in the loop's thread; nothing: the loop does not answer.
  template <typename Look>
  auto look(const Look& look) {
    using Facts = decltype(look(board_, watch::Moment()));
    const auto facts = std::make_shared<std::promise<Facts>>();
    std::future<Facts> future = facts->get_future();
    in_loop_([&board = board_, look, facts](Hand& hand) {
      facts->set_value(look(board, hand.moment()));
    });
    std::optional<Facts> found;
    const Instant until = ring::now() + kLoopPatience;
    while (!ends_ && ring::now() < until) {
      if (future.wait_for(kLoopLook) != std::future_status::ready) continue;
      found = future.get();
      break;
    }
    return found;
  }

  Status save(const Place& place, const std::string& text);
  Status write_overview(std::vector<std::string>& groups);
  Status write_group(const std::string& name);
  Status write_incidents();
  Status write_incident(watch::IncidentId id);
  Status write_certificates();
  Status write_monitors();
  void remove_old() const;
  static Status no_answer() { return Status::io("the monitor is busy and did not answer in time"); }

  const std::filesystem::path folder_;
  const view::Board& board_;
  const WebFiles::InLoop& in_loop_;
  pages::Audience audience_;
  const std::atomic<bool>& ends_;
  std::set<std::string> written_;
};

Status Round::save(const Place& place, const std::string& text) {
  const std::string name = pages::file_of(place);
  written_.insert(name);
  // It is written again in a minute.
  return files::write_whole((folder_ / name).string(), text, -1, files::Durable::no);
}

Status Round::write() {
  std::error_code error;
  for (const char* const name : {"", "group", "monitor", "incident"}) {
    std::filesystem::create_directory(folder_ / name, error);
    if (error) return Status::io((folder_ / name).string() + ": " + error.message());
  }
  std::vector<std::string> groups;
  Status status = write_overview(groups);
  for (const std::string& group : groups) {
    if (status.ok()) status = write_group(group);
  }
  if (status.ok()) status = write_incidents();
  if (status.ok() && audience_.targets) status = write_certificates();
  if (status.ok() && audience_.monitors) status = write_monitors();
  if (status.ok()) remove_old();
  return status;
}

Status Round::write_overview(std::vector<std::string>& groups) {
  for (std::uint32_t page = 1; page <= kOverviewFiles; ++page) {
    const auto facts = look([first = (page - 1) * pages::kGroupsOfPage](const view::Board& board,
                                                                        const watch::Moment& now) {
      return board.overview(first, pages::kGroupsOfPage, now);
    });
    if (!facts) return no_answer();
    if (page == 1)
      audience_.monitors = audience_.targets && facts->counts.monitors <= kMonitorFilesMost;
    for (const view::GroupFacts& group : facts->groups) groups.push_back(group.name);
    Status saved =
        save({.kind = Place::Kind::overview, .page = page}, pages::overview(*facts, audience_));
    if (!saved.ok()) return saved;
    if (page * pages::kGroupsOfPage >= facts->groups_all) break;
  }
  return {};
}

Status Round::write_group(const std::string& name) {
  const std::uint32_t rows = audience_.targets ? pages::kMonitorsOfPage : 0;
  for (std::uint32_t page = 1; page <= kFilesOfGroup; ++page) {
    const auto facts =
        look([&name, rows, page](const view::Board& board, const watch::Moment& now) {
          return board.group(name, (page - 1) * rows, rows, now);
        });
    if (!facts) return no_answer();
    if (!*facts) return {};  // A reload has removed it.
    Status saved = save({.kind = Place::Kind::group, .name = name, .page = page},
                        pages::group(**facts, audience_));
    if (!saved.ok()) return saved;
    if (rows == 0 || page * rows >= (*facts)->all) break;
  }
  return {};
}

Status Round::write_incidents() {
  const auto list = look([](const view::Board& board, const watch::Moment& now) {
    return board.incidents({}, kIncidentFiles, now);
  });
  if (!list) return no_answer();
  view::IncidentList whole = *list;
  whole.next = 0;  // Older ones have no file.
  Status saved = save({.kind = Place::Kind::incidents}, pages::incidents(whole, audience_));
  if (saved.ok()) saved = save({.kind = Place::Kind::feed}, pages::feed(whole, audience_));
  for (const view::IncidentFacts& each : whole.incidents) {
    if (saved.ok()) saved = write_incident(each.incident.id);
  }
  return saved;
}

Status Round::write_incident(watch::IncidentId id) {
  const auto facts = look([id](const view::Board& board, const watch::Moment& now) {
    return board.incident(id, 0, kRowsOfFile, now);
  });
  if (!facts) return no_answer();
  if (!*facts) return {};
  return save({.kind = Place::Kind::incident, .name = std::to_string(id)},
              pages::incident(**facts, audience_));
}

Status Round::write_certificates() {
  const auto facts = look([](const view::Board& board, const watch::Moment& now) {
    return board.certificates(0, pages::kCertificatesOfPage, now);
  });
  if (!facts) return no_answer();
  return save({.kind = Place::Kind::certificates}, pages::certificates(*facts, audience_));
}

Status Round::write_monitors() {
  const auto list = look([](const view::Board& board, const watch::Moment& now) {
    return board.monitors({}, kMonitorFilesMost, now);
  });
  if (!list) return no_answer();
  for (const view::MonitorLine& line : list->monitors) {
    const auto facts = look([&line](const view::Board& board, const watch::Moment& now) {
      return board.monitor(line.id, now);
    });
    if (!facts) return no_answer();
    if (!*facts) continue;
    Status saved =
        save({.kind = Place::Kind::monitor, .name = line.id}, pages::monitor(**facts, audience_));
    if (!saved.ok()) return saved;
  }
  return {};
}

// Pages of earlier rounds that are gone.
void Round::remove_old() const {
  std::error_code error;
  for (const std::string name : {"group", "monitor", "incident"}) {
    for (std::filesystem::directory_iterator file(folder_ / name, error), end;
         !error && file != end; file.increment(error)) {
      const std::string path = name + "/" + file->path().filename().string();
      if (file->path().extension() != ".html" || written_.contains(path)) continue;
      std::error_code ignored;
      std::filesystem::remove(file->path(), ignored);
    }
  }
}

}  // namespace

Status WebFiles::start() {
  if (folder_.empty()) return {};
  std::error_code error;
  std::filesystem::create_directory(folder_, error);
  if (error) return Status::unusable("[http] status_dir " + folder_ + ": " + error.message());
  const int failed = thread_.start("status-files", [this] { run(); });
  return failed == 0 ? Status() : Status::machine("the thread of status_dir cannot be started");
}

void WebFiles::stop() {
  ends_ = true;
  bell_.notify();
  thread_.join();
}

void WebFiles::run() {
  while (!ends_) {
    const Instant began = ring::now();
    pages::Audience audience = audience_();
    audience.files = true;
    audience.expires =
        ring::wall_now() + std::chrono::duration_cast<WallTime::duration>(kFilesLast);
    const Status written = Round(folder_, board_, in_loop_, std::move(audience), ends_).write();
    if (ends_) return;
    on_round_(written.ok() ? std::string() : "status_dir: " + written.sentence());
    while (!ends_ && ring::now() < began + kFilesEvery) {
      bell_.wait(began + kFilesEvery - ring::now());
    }
  }
}

}  // namespace mxsweep::monitor
