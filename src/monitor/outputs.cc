// SPDX-License-Identifier: MIT
#include "monitor/outputs.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "monitor/events.h"
#include "mxsweep/results/json_writer.h"

namespace mxsweep::monitor {

Status Outputs::open(const std::string& records, const std::string& events) {
  const auto open_file = [this](const std::string& path, std::size_t& number) -> Status {
    if (path.empty()) return {};
    number = output_.size();
    return output_.open(path, {.zstd = files::names_zstd(path), .append = true});
  };
  if (Status opened = open_file(records, records_); !opened.ok()) return opened;
  if (events == records) {
    events_ = records_;
  } else if (Status opened = open_file(events, events_); !opened.ok()) {
    return opened;
  }
  if (output_.size() > 0) box_ = &output_.add_outbox();
  return {};
}

Status Outputs::start() {
  if (box_ == nullptr) return {};
  if (Status begun = output_.begin(); !begun.ok()) return begun;
  if (const int error = thread_.start("writer", [this] { output_.run(); }); error != 0) {
    return Status::machine(std::string("the writer's thread: ") + std::strerror(error));
  }
  running_ = true;
  return {};
}

void Outputs::finish() {
  if (!std::exchange(running_, false)) return;
  box_->flush({});
  output_.finish(true);
  output_.stop_waiting_for_reader();
  thread_.join();
}

bool Outputs::has_room() {
  if (!box_->backpressured()) return true;
  ++lost_;
  return false;
}

void Outputs::add(const results::Record& record, Instant now) {
  if (records_ == kNone || !has_room()) return;
  results::append_json(record, box_->begin_line(now, records_));
  box_->end_line(now, records_);
}

void Outputs::add(const names::Domain& domain, Instant now) {
  if (records_ == kNone || !has_room()) return;
  domain.append_line(box_->begin_line(now, records_));
  box_->end_line(now, records_);
}

void Outputs::add(const watch::Event& event, Instant now) {
  if (events_ == kNone || !has_room()) return;
  append_event_json(event, box_->begin_line(now, events_));
  box_->end_line(now, events_);
}

Instant Outputs::flush(Instant now) {
  if (box_ == nullptr) return kNever;
  if (now >= box_->flush_at()) box_->flush(now);
  return std::max(box_->flush_at(), now + files::kBackpressureRetry);
}

void Outputs::reopen() {
  if (running_) output_.reopen();
}

Status Outputs::failure() const { return running_ ? output_.failure() : Status(); }

}  // namespace mxsweep::monitor
