// SPDX-License-Identifier: MIT
// The lists of a sweep as one stream of targets, each with its number: its position in the order of
// the sweep.
//
//   Shape     The lists are read one after the other. A line that cannot be read has a number, too,
//             so that each number has at least one record.
//   Order     With a seed, shuffled (targets/shuffle.h): of files, it depends only on their
//             content, the seed and the ports, never on time. If a pipe has no more input for now,
//             what was read is returned at once, so there it depends on how the input came. Without
//             a seed, it is the order of the lists.
//   Waiting   none: next() returns Next::wait if the list is a pipe or a terminal without input.
//             Wait until descriptor() can be read, and call it again.
//   Memory    one block of a list, one line, and the window of the shuffle.
//   Lifetime  the views of a BadLine are valid until the next call.
//   Threads   one, except for octets_done().
//   Errors    open(): a list cannot be read, or is not a list. failure(): the same, found later;
//             what was read before it has been returned.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/files/list.h"
#include "mxsweep/targets/reader.h"
#include "mxsweep/targets/shuffle.h"

namespace mxsweep::scan {

struct ListsOptions {
  std::vector<files::ListSource> sources;  // Requires: at least one, at most kListsMax.
  std::vector<std::uint16_t> ports;        // Requires: at least one.
  bool mail_domains = false;
  std::optional<std::uint64_t> seed{};  // Nothing: in the order of the lists.
};

class Lists {
 public:
  explicit Lists(ListsOptions options);
  Lists(const Lists&) = delete;
  Lists& operator=(const Lists&) = delete;

  // Call it first. Only the start of each file is read.
  Status open();
  // Reads all lists and returns what is wrong with the first bad line. Only for files, which can be
  // read twice, unlike a pipe.
  Status find_bad_line();

  enum class Next : std::uint8_t { target, bad_line, wait, end };
  [[nodiscard]] Next next(targets::Target& target, targets::BadLine& bad);
  // The descriptor to wait for. Requires: next() has returned Next::wait.
  [[nodiscard]] int descriptor() const { return list_->descriptor(); }

  // For records; the index is Target::list.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  // Octets of all lists whose targets were returned, about, and their size; 0: not known.
  [[nodiscard]] std::uint64_t octets_done() const {
    return octets_done_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t octets_all() const { return octets_all_; }
  [[nodiscard]] std::uint64_t lines_read() const { return lines_read_ + reader_.lines_read(); }
  [[nodiscard]] std::uint64_t lines_skipped() const {
    return lines_skipped_ + reader_.lines_skipped();
  }
  [[nodiscard]] const Status& failure() const { return failure_; }
  // Why the input was not a list at all: nothing else was read. Then failure() is the same.
  [[nodiscard]] bool no_list() const { return no_list_; }

 private:
  [[nodiscard]] Next read(targets::Target& target, targets::BadLine& bad);
  [[nodiscard]] bool pop(targets::Target& target);
  [[nodiscard]] targets::Reader reader_for(std::size_t index) const;
  [[nodiscard]] Status open_list(std::size_t index);
  [[nodiscard]] Status check_start(files::List& list) const;
  [[nodiscard]] bool begin_next_list();
  bool read_block();
  void note_progress();
  [[nodiscard]] Status find_bad_line(std::size_t index);

  ListsOptions options_;
  std::vector<std::string> names_;
  // A file is opened when its turn comes; anything else once for all.
  std::vector<std::unique_ptr<files::List>> kept_open_;
  files::List file_;
  files::List* list_ = nullptr;  // That is being read; null: none is.
  std::size_t index_ = 0;        // Of that list.
  targets::Reader reader_;
  bool reads_ = true;  // No list has failed, and there is one that was not read to its end.
  std::optional<targets::Shuffle> shuffle_;
  targets::Expansion all_;  // The targets of the last line read.
  std::uint64_t next_number_ = 0;
  std::uint64_t lines_read_ = 0;  // Of the lists before this one.
  std::uint64_t lines_skipped_ = 0;
  std::uint64_t octets_read_before_ = 0;
  std::uint64_t octets_all_ = 0;
  std::atomic<std::uint64_t> octets_done_ = 0;
  Status failure_;
  bool no_list_ = false;
};

}  // namespace mxsweep::scan
