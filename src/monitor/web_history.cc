// SPDX-License-Identifier: MIT
#include "monitor/web_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <vector>

#include "mxsweep/api/api.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::monitor {
namespace {

// A year of 100,000 monitors is read meanwhile, and nothing waits for it.
constexpr std::chrono::minutes kDaysPatience{10};
constexpr std::chrono::seconds kSpansPatience{5};

view::Quantiles quantiles_of(const store::SpanQuantiles& from) {
  return {.p10 = from.p10, .p50 = from.p50, .p90 = from.p90, .count = from.count};
}

view::HistorySpan span_of(const store::HistorySpan& from) {
  return {.from = from.from,
          .lasts = from.lasts,
          .outcomes = from.outcomes,
          .shares = from.shares,
          .laps = {quantiles_of(from.connect), quantiles_of(from.greeting), quantiles_of(from.ehlo),
                   quantiles_of(from.tls), quantiles_of(from.total)}};
}

std::string more_history(const Route& route, std::string_view next) {
  return fmt::format("<?resolution={}&limit={}&cursor={}>; rel=\"next\"",
                     route.resolution == Resolution::hour ? "hour" : "day", route.limit, next);
}

Make answer_of(const Route& route, view::History&& facts) {
  return [facts = std::move(facts), lines = route.lines, link = more_history(route, facts.next)] {
    serve::Answer answer = json(lines ? api::history_lines(facts) : api::history(facts));
    if (lines) answer.content_type = "application/x-ndjson";
    if (!facts.next.empty()) answer.headers.emplace_back("Link", link);
    return answer;
  };
}

}  // namespace

Status WebHistory::start() {
  const int failed = thread_.start("history", [this] { run(); });
  return failed == 0 ? Status() : Status::machine("the thread of history.db cannot be started");
}

void WebHistory::stop() {
  ends_ = true;
  reader_.interrupt();
  bell_.notify();
  thread_.join();
}

void WebHistory::ask(const Route& route, view::History&& facts, std::function<void(Make)> take) {
  {
    const std::lock_guard lock(lock_);
    if (questions_.size() < kHistoryQuestionsMost) {
      questions_.push_back({route, std::move(facts), std::move(take)});
      bell_.notify();
      return;
    }
  }
  take([] { return error(true, 503, "too many questions about history.db wait already"); });
}

void WebHistory::run() {
  read_days();
  while (!ends_) {
    Question question;
    if (next(question)) {
      answer(std::move(question));
    } else {
      bell_.wait();
    }
  }
}

void WebHistory::read_days() {
  // Without them the days begin with this process; history.db has troubles of its own to tell.
  static_cast<void>(
      reader_.days(began_, kDaysPatience, [this](std::span<const watch::MonitorDay> days) {
        const auto shared =
            std::make_shared<std::vector<watch::MonitorDay>>(days.begin(), days.end());
        in_loop_([this, shared](Hand&) { board_.restore(*shared); });
      }));
}

bool WebHistory::next(Question& question) {
  const std::lock_guard lock(lock_);
  if (questions_.empty()) return false;
  question = std::move(questions_.front());
  questions_.pop_front();
  return true;
}

void WebHistory::answer(Question&& question) {
  const bool hours = question.route.resolution == Resolution::hour;
  const auto resolution =
      hours ? store::HistoryReader::Resolution::hour : store::HistoryReader::Resolution::day;
  Result<store::HistoryReader::Spans> read =
      reader_.spans(question.facts.monitor.key, question.route.from, question.facts.now.at,
                    resolution, question.route.limit, kSpansPatience);
  if (!read.ok()) {
    question.take([why = read.status().sentence()] { return error(true, 503, why); });
    return;
  }
  std::ranges::transform(read->spans, std::back_inserter(question.facts.spans), span_of);
  if (read->next < question.facts.now.at) {
    question.facts.next = std::to_string(read->next.time_since_epoch().count());
  }
  question.take(answer_of(question.route, std::move(question.facts)));
}

}  // namespace mxsweep::monitor
