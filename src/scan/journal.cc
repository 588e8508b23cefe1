// SPDX-License-Identifier: MIT
#include "scan/journal.h"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <utility>

#include "mxsweep/files/content.h"
#include "mxsweep/files/durable.h"
#include "mxsweep/files/output_file.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::scan {
namespace {

// Far more than any has: the numbers of a billion unfinished targets.
constexpr std::uint64_t kCheckpointOctetsMax = std::uint64_t{1} << 32;

constexpr const char* kCure = "; put the list back as it was, or begin a new sweep";

}  // namespace

Result<checkpoint::Checkpoint> read_checkpoint(const std::string& path) {
  const Result<std::string> text = files::read_text(path, kCheckpointOctetsMax);
  if (!text.ok()) return text.status();
  Result<checkpoint::Checkpoint> checkpoint = checkpoint::decode(*text);
  if (!checkpoint.ok()) return checkpoint.status().behind(path);
  return checkpoint;
}

Status Journal::open() {
  const CheckpointOptions& options = options_.checkpoint;
  if (Status identified = identify_lists(); !identified.ok()) return identified;
  state_.program = options.program;
  state_.command = options.command;
  state_.folder = options.folder;
  state_.seed = options_.seed.value_or(0);
  if (!options_.shard.is_all()) state_.shard = to_string(options_.shard);
  begun_ = ring::now();
  // A symbolic link is kept, and what it leads to is replaced.
  path_ = files::followed(options.path);
  if (before() == nullptr) return check_place();
  if (Status compared = compare_lists(*before()); !compared.ok()) return compared;
  seconds_before_ = before()->seconds;
  state_.runs = before()->runs + 1;
  state_.ledger = before()->ledger;
  return {};
}

// Targets on the command line are in the checkpoint with it.
Status Journal::identify_lists() {
  for (const files::ListSource& list : options_.lists) {
    if (!list.words.empty()) continue;
    if (list.path == "-") {
      return Status::unusable(
          "standard input: cannot be read again, which --checkpoint needs; give the list as a "
          "file");
    }
    const Result<files::Identity> identity = files::identify(list.path);
    if (!identity.ok()) {
      return Status::unusable(identity.status().sentence() +
                              "; --checkpoint needs lists that can be read again");
    }
    state_.lists.push_back({files::followed(list.path), identity->octets, identity->sha256});
  }
  return {};
}

Status Journal::compare_lists(const checkpoint::Checkpoint& before) const {
  if (before.shard != state_.shard) {
    return Status::unusable("the checkpoint is of shard '" + before.shard + "', and this is '" +
                            state_.shard + "'");
  }
  if (before.lists.size() != state_.lists.size()) {
    return Status::unusable("the sweep had " + std::to_string(before.lists.size()) +
                            " lists and has " + std::to_string(state_.lists.size()) +
                            " now: a word of its command line became a file, or ceased to be one");
  }
  for (std::size_t i = 0; i < state_.lists.size(); ++i) {
    const checkpoint::ListIdentity& then = before.lists[i];
    const checkpoint::ListIdentity& now = state_.lists[i];
    if (then.octets != now.octets) {
      return Status::unusable(now.path + ": has changed since the sweep began, from " +
                              std::to_string(then.octets) + " to " + std::to_string(now.octets) +
                              " octets" + kCure);
    }
    if (then.sha256 != now.sha256) {
      return Status::unusable(now.path + ": its content has changed since the sweep began" + kCure);
    }
  }
  return {};
}

// The checkpoint of an unfinished sweep is not overwritten, nor is anything else.
Status Journal::check_place() const {
  const std::string& path = options_.checkpoint.path;
  struct stat status {};
  if (files::named_descriptor(path, STDOUT_FILENO) >= 0 ||
      (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))) {
    return Status::unusable(path + ": cannot be a checkpoint, because it is not a regular file");
  }
  if (::access(path.c_str(), F_OK) != 0) return {};
  const Result<checkpoint::Checkpoint> found = read_checkpoint(path);
  if (!found.ok()) {
    return Status::unusable(found.status().sentence() + "; remove it, or name another file");
  }
  if (found->finished) return {};
  return Status::unusable(path +
                          ": is the checkpoint of a sweep that is not finished; go on with " +
                          "--resume, or remove it");
}

void Journal::set_outputs(const files::Output& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    state_.outputs.emplace_back().path = outputs.file(i).path();
  }
}

void Journal::on_written(std::vector<files::Completion>& completions, files::Lines& summaries) {
  for (files::Completion& completion : completions) {
    const std::string summary = state_.ledger.record(
        completion.number, completion.parts, {completion.identity, std::move(completion.note)},
        std::move(completion.summary));
    if (summary.empty()) continue;
    summaries.text += summary;
    ++summaries.records;
  }
}

Status Journal::save(const std::vector<files::Position>& positions, bool finished) {
  state_.finished = finished;
  state_.seconds = seconds_before_ + std::chrono::duration<double>(ring::now() - begun_).count();
  for (std::size_t i = 0; i < positions.size(); ++i) {
    checkpoint::FilePosition& its = state_.outputs[i];
    its.octets = positions[i].octets;
    its.records = positions[i].records;
    its.number = positions[i].number;
    its.renaming = positions[i].renaming;
  }
  const int error = files::replace_file(path_, encode(state_));
  return error == 0 ? Status() : Status::io(options_.checkpoint.path + ": " + std::strerror(error));
}

}  // namespace mxsweep::scan
