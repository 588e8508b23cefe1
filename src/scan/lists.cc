// SPDX-License-Identifier: MIT
#include "scan/lists.h"

#include <utility>

namespace mxsweep::scan {
namespace {

Status not_a_list(const targets::ForeignFormat& format) {
  return Status::unusable(complaint(format));
}

}  // namespace

Lists::Lists(ListsOptions options) : options_(std::move(options)), reader_(reader_for(0)) {
  for (const files::ListSource& source : options_.sources) names_.push_back(name_of(source));
  if (options_.seed) shuffle_.emplace(*options_.seed);
}

targets::Reader Lists::reader_for(std::size_t index) const {
  const bool is_file = options_.sources[index].words.empty();
  return targets::Reader(options_.ports,
                         {.mail_domains = options_.mail_domains, .header_row = is_file});
}

Status Lists::open() {
  bool sizes_known = true;
  for (std::size_t i = 0; i < options_.sources.size(); ++i) {
    auto list = std::make_unique<files::List>();
    Status status = list->open(options_.sources[i]);
    if (status.ok() && list->regular()) status = check_start(*list);
    if (!status.ok()) return status.behind(names_[i]);
    octets_all_ += list->octets_all();
    sizes_known = sizes_known && list->regular();
    if (list->regular()) list.reset();
    kept_open_.push_back(std::move(list));
  }
  if (!sizes_known) octets_all_ = 0;
  return open_list(0);
}

// Checks a file before any output is touched; for a pipe, the reader detects the format later.
Status Lists::check_start(files::List& list) const {
  std::string_view octets;
  files::List::Read read{};
  do {
    read = list.read(octets);
  } while (read == files::List::Read::nothing_yet);
  // What is wrong with compressed data is reported when the list's turn comes.
  if (read == files::List::Read::octets) {
    const targets::ForeignFormat* const format = targets::recognise_foreign_format(octets);
    if (format != nullptr) return not_a_list(*format);
  }
  return list.rewind();
}

Status Lists::open_list(std::size_t index) {
  file_.close();
  index_ = index;
  list_ = kept_open_[index].get();
  if (list_ != nullptr) return {};
  list_ = &file_;
  return file_.open(options_.sources[index]).behind(names_[index]);
}

Status Lists::find_bad_line() {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (Status status = find_bad_line(i); !status.ok()) return status;
  }
  return open_list(0);
}

Status Lists::find_bad_line(std::size_t index) {
  if (Status opened = open_list(index); !opened.ok()) return opened;
  const std::string& name = names_[index];
  if (!list_->regular()) {
    return Status::unusable("cannot be read twice, which --strict needs; give a file").behind(name);
  }
  targets::Reader reader = reader_for(index);
  targets::Target target;
  targets::BadLine bad;
  while (true) {
    switch (reader.next(target, bad)) {
      case targets::Reader::Next::target: reader.skip_rest_of_line(); break;
      case targets::Reader::Next::bad_line:
        return Status::unusable(complaint(bad)).behind(name + ":" + std::to_string(bad.line));
      case targets::Reader::Next::need_more: {
        std::string_view octets;
        switch (list_->read(octets)) {
          case files::List::Read::octets: reader.feed(octets); break;
          case files::List::Read::nothing_yet: break;
          case files::List::Read::end: reader.finish(); break;
          case files::List::Read::failed:
            return Status::unusable(list_->failure().sentence()).behind(name);
        }
        break;
      }
      case targets::Reader::Next::end: return list_->rewind().behind(name);
      case targets::Reader::Next::not_a_list:
        return not_a_list(*reader.foreign_format()).behind(name);
    }
  }
}

Lists::Next Lists::next(targets::Target& target, targets::BadLine& bad) {
  while (true) {
    const bool full = shuffle_ && !shuffle_->has_room();
    const Next next = reads_ && !full ? read(target, bad) : Next::end;
    switch (next) {
      case Next::target:
        if (!shuffle_) {
          target.number = next_number_++;
          return Next::target;
        }
        shuffle_->push(std::move(target), all_);
        break;
      case Next::bad_line: bad.number = next_number_++; return Next::bad_line;
      case Next::wait:
      case Next::end:
        if (!full && next == Next::end) reads_ = false;
        if (pop(target)) return Next::target;
        if (full) break;  // No remote host can have any of the addresses in the window.
        return next;
    }
  }
}

// Next::end: no list can be read any further.
Lists::Next Lists::read(targets::Target& target, targets::BadLine& bad) {
  while (true) {
    const targets::Reader::Next next =
        shuffle_ ? reader_.next_line(target, all_, bad) : reader_.next(target, bad);
    switch (next) {
      case targets::Reader::Next::target:
        target.list = static_cast<std::uint16_t>(index_);
        return Next::target;
      case targets::Reader::Next::bad_line:
        bad.list = static_cast<std::uint16_t>(index_);
        return Next::bad_line;
      case targets::Reader::Next::need_more:
        if (!list_->has_input()) return Next::wait;
        if (!read_block()) return Next::end;
        break;
      case targets::Reader::Next::end:
        if (!begin_next_list()) return Next::end;
        break;
      case targets::Reader::Next::not_a_list:
        failure_ = not_a_list(*reader_.foreign_format()).behind(names_[index_]);
        no_list_ = next_number_ == 0 && (!shuffle_ || shuffle_->left() == 0);
        return Next::end;
    }
  }
}

bool Lists::pop(targets::Target& target) {
  if (!shuffle_ || !shuffle_->pop(target)) return false;
  target.number = next_number_++;
  note_progress();
  return true;
}

// What waits in the window has been read, but is not done.
void Lists::note_progress() {
  const std::uint64_t read = octets_read_before_ + list_->octets_read();
  double done = 1;
  if (shuffle_ && shuffle_->left() > 0) {
    const auto popped = static_cast<double>(shuffle_->popped());
    done = popped / (popped + shuffle_->left());
  }
  octets_done_.store(static_cast<std::uint64_t>(done * static_cast<double>(read)),
                     std::memory_order_relaxed);
}

bool Lists::begin_next_list() {
  if (index_ + 1 == names_.size()) return false;
  octets_read_before_ += list_->octets_read();
  lines_read_ += reader_.lines_read();
  lines_skipped_ += reader_.lines_skipped();
  reader_ = reader_for(index_ + 1);
  failure_ = open_list(index_ + 1);
  return failure_.ok();
}

// False: the list cannot be read any further.
bool Lists::read_block() {
  std::string_view octets;
  switch (list_->read(octets)) {
    case files::List::Read::octets: reader_.feed(octets); break;
    case files::List::Read::nothing_yet: break;
    case files::List::Read::end: reader_.finish(); break;
    case files::List::Read::failed:
      failure_ = list_->failure().behind(names_[index_]);
      return false;
  }
  note_progress();
  return true;
}

}  // namespace mxsweep::scan
