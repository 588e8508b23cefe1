// SPDX-License-Identifier: MIT
// The list: read as a stream from a file, a pipe or a terminal, and dealt to the workers.
//
//   Shape    One thread. Targets go to the worker that their address chooses, so that whatever is
//            counted per address is one worker's own. Names become addresses first, a target for
//            each. Lines that cannot be read, and names without an address, become records here.
//   Waiting  The bell has one reader: this thread until the first name, from then on the ring of
//            the names, which waits for the list as well. Two would take each other's rings.
//   Memory   one block of the list, one line, kRoutesMax names, and the workers' bounded queues.
//   Errors   open() says why there is nothing to read; failure() what went wrong afterwards
//            with the file itself or with the resolver.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/files/list.h"
#include "mxsweep/names/names.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/targets/reader.h"
#include "mxsweep/threads/doorbell.h"
#include "scan/recorder.h"
#include "scan/worker.h"

namespace mxsweep::scan {

class Input {
 public:
  using Workers = std::vector<std::unique_ptr<Worker>>;

  Input(files::ListSource source, std::vector<std::uint16_t> ports,
        const names::NameOptions& names);
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  // Before anything else.
  Status open();
  // Reads the whole list and says what is wrong with its first bad line. Only for a file, which can
  // be read twice: a pipe is gone once it was read.
  Status find_bad_line();

  // The feeder thread's body: until the list or the sweep ends. Tells every worker when it is done.
  void run(const Workers& workers, const Outboxes& outboxes, Gauges& gauges);
  [[nodiscard]] threads::Doorbell& doorbell() { return bell_; }

  // How much of the list is behind us, in octets; the size is 0 when it is not known.
  [[nodiscard]] std::uint64_t octets_read() const {
    return octets_read_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t octets_all() const { return octets_all_; }
  [[nodiscard]] bool ended() const { return ended_.load(std::memory_order_relaxed); }
  // Once its thread was joined.
  [[nodiscard]] const Status& failure() const { return failure_; }
  // Why what came in was no list at all, if it was none.
  [[nodiscard]] const Status& no_list() const { return no_list_; }
  [[nodiscard]] const targets::Reader& reader() const { return reader_; }
  [[nodiscard]] const results::Tally& tally() const { return recorder_->tally(); }
  [[nodiscard]] const LookupCounts* lookups() const {
    return names_.is_open() ? &names_.lookups() : nullptr;
  }
  [[nodiscard]] std::uint64_t lines_invalid() const { return lines_invalid_; }
  [[nodiscard]] std::uint64_t targets() const { return targets_; }
  [[nodiscard]] std::uint64_t not_started() const { return not_started_; }

 private:
  [[nodiscard]] Status unusable(std::string_view why) const;
  [[nodiscard]] Status find_foreign_format();
  [[nodiscard]] bool wait_for_list(const Workers& workers, const Gauges& gauges);
  bool read_block(const Workers& workers, const Gauges& gauges);
  void deal(Task& task, const Workers& workers, const Gauges& gauges);
  void sleep();
  bool resolve(targets::Target& target, const Workers& workers, const Gauges& gauges);
  void deal_resolved(const Workers& workers, const Gauges& gauges);
  void wait_for_names(Duration longest, const Workers& workers, const Gauges& gauges);
  void record_bad_line(const targets::BadLine& bad);
  void record_fault(const Resolved& resolved);
  void count(const results::Record& record);
  void wait_for_room(Gauges& gauges);

  const files::ListSource source_;
  files::List list_;
  bool regular_ = false;  // A file: there is nothing to wait for.
  bool watched_ = false;  // By the ring of the names.
  std::string block_;
  std::vector<std::uint16_t> ports_;
  targets::ListStyle style_;
  targets::Reader reader_;
  threads::Doorbell bell_;
  names::Names names_;                // Opened when the first name comes.
  std::optional<Recorder> recorder_;  // From run() on.
  Gauges* gauges_ = nullptr;
  Status failure_;
  Status no_list_;
  std::uint64_t octets_all_ = 0;
  std::atomic<std::uint64_t> octets_read_ = 0;
  std::atomic<bool> ended_ = false;
  std::uint64_t lines_invalid_ = 0;
  std::uint64_t targets_ = 0;
  std::uint64_t not_started_ = 0;
};

}  // namespace mxsweep::scan
