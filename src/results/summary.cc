// SPDX-License-Identifier: MIT
#include "mxsweep/results/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "mxsweep/core/counted.h"
#include "mxsweep/results/json_text.h"
#include "mxsweep/results/schema.h"
#include "results/json_tls.h"

namespace mxsweep::results {
namespace {

double seconds_of(Duration span) { return std::chrono::duration<double>(span).count(); }
double milliseconds_of(Duration span) { return seconds_of(span) * 1000; }

// Conversations per second; zero if no time has passed.
double rate_of(const Summary& summary) {
  const double seconds = seconds_of(summary.elapsed);
  return seconds > 0 ? static_cast<double>(summary.probes) / seconds : 0;
}

// A measured value that JSON can represent: NaN and negative become zero, infinity a large number.
double as_figure(double value) {
  constexpr double kMost = 1e15;
  return value > 0 ? std::min(value, kMost) : 0;
}

void write_text(std::string_view key, std::string_view text, JsonText& json) {
  json.raw(key);
  json.quoted(text, encoding_of(text));
}

void write_count(std::string_view key, std::uint64_t count, JsonText& json) {
  json.raw(key);
  json.number(count);
}

void write_figure(std::string_view key, double value, JsonText& json) {
  json.raw(key);
  json.raw(fmt::format("{:.3f}", as_figure(value)));
}

void write_time(std::string_view key, WallTime time, JsonText& json) {
  if (!is_known(time)) return;
  json.raw(key);
  json.wall_time(time);
}

// How often each word of a closed list was counted.
template <typename Word, std::size_t Size>
void write_words(std::string_view key, const std::array<std::uint64_t, Size>& words, bool zeros,
                 JsonText& json) {
  json.raw(key);
  json.raw("{");
  bool comma = false;
  for (std::size_t i = 0; i < Size; ++i) {
    if (words[i] == 0 && !zeros) continue;
    json.raw(comma ? ",\"" : "\"");
    json.raw(to_string(static_cast<Word>(i)));
    write_count("\":", words[i], json);
    comma = true;
  }
  json.raw("}");
}

void write_latency(std::string_view name, const Histogram& histogram, JsonText& json) {
  json.raw("\"");
  json.raw(name);
  write_count("\":{\"count\":", histogram.count(), json);
  json.raw(",\"p50\":");
  json.milliseconds(histogram.percentile(50));
  json.raw(",\"p90\":");
  json.milliseconds(histogram.percentile(90));
  json.raw(",\"p99\":");
  json.milliseconds(histogram.percentile(99));
  json.raw(",\"max\":");
  json.milliseconds(histogram.highest());
  json.raw("}");
}

void write_latencies(const Tally& tally, JsonText& json) {
  json.raw(",\"ms\":{");
  bool comma = false;
  const auto write = [&](std::string_view name, const Histogram& histogram) {
    if (histogram.count() == 0) return;
    if (comma) json.raw(",");
    write_latency(name, histogram, json);
    comma = true;
  };
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    write(to_string(static_cast<Phase>(i)), tally.phases[i]);
  }
  write("total", tally.total);
  json.raw("}");
}

void write_tls(const Tally& tally, JsonText& json) {
  const auto offered = [&](Offered answer) {
    return tally.starttls[static_cast<std::size_t>(answer)];
  };
  write_count(",\"starttls\":{\"yes\":", offered(Offered::yes), json);
  write_count(",\"no\":", offered(Offered::no), json);
  write_count(",\"unknown\":", offered(Offered::not_known), json);
  write_count("},\"tls\":{\"handshakes\":", tally.handshakes, json);
  json.raw(",\"versions\":{");
  for (std::size_t i = 0; i < kTlsVersions.size(); ++i) {
    json.raw(i == 0 ? "\"" : ",\"");
    json.raw(kTlsVersions[i]);
    write_count("\":", tally.tls_versions[i], json);
  }
  write_count("},\"verified\":", tally.verified, json);
  write_count(",\"not_verified\":", tally.not_verified, json);
  json.raw("}");
}

void write_circumstances(const Summary& summary, JsonText& json) {
  write_count("{\"v\":", kSchemaVersion, json);
  write_text(",\"version\":", summary.version, json);
  write_text(",\"command_line\":", summary.command_line, json);
  // The only text here that is not our own: arguments may be any octets.
  if (encoding_of(summary.command_line) == Encoding::latin1) json.raw(",\"latin1\":true");
  write_text(",\"kernel\":", summary.kernel, json);
  json.raw(",\"ring_features\":[");
  for (std::size_t i = 0; i < summary.ring_features.size(); ++i) {
    write_text(i == 0 ? "" : ",", summary.ring_features[i], json);
  }
  json.raw("]");
  write_time(",\"start\":", summary.start, json);
  write_time(",\"end\":", summary.end, json);
  write_figure(",\"elapsed_seconds\":", seconds_of(summary.elapsed), json);
  if (!summary.stopped.empty()) write_text(",\"stopped\":", summary.stopped, json);
}

void write_counts(const Summary& summary, JsonText& json) {
  json.raw(summary.agrees() ? ",\"agrees\":true" : ",\"agrees\":false");
  write_count(",\"lines_read\":", summary.lines_read, json);
  write_count(",\"lines_skipped\":", summary.lines_skipped, json);
  write_count(",\"lines_invalid\":", summary.lines_invalid, json);
  write_count(",\"targets\":", summary.targets, json);
  if (summary.seed) write_count(",\"seed\":", *summary.seed, json);
  if (!summary.shard.empty()) {
    write_text(",\"shard\":", summary.shard, json);
    write_count(",\"targets_elsewhere\":", summary.targets_elsewhere, json);
  }
  write_count(",\"targets_not_started\":", summary.targets_not_started, json);
  if (summary.runs_before > 0) {
    write_count(",\"resumed\":{\"runs_before\":", summary.runs_before, json);
    write_count(",\"records_before\":", summary.records_before, json);
    write_count(",\"recorded_before\":", summary.recorded_before, json);
    json.raw("}");
  }
  write_count(",\"probes\":", summary.probes, json);
  write_count(",\"retries\":", summary.retries, json);
  write_count(",\"waited\":", summary.waited, json);
  write_count(",\"shared\":", summary.tally.shared, json);
  write_count(",\"records\":", summary.tally.records, json);
  write_count(",\"records_written\":", summary.records_written, json);
  write_count(",\"records_unwritten\":", summary.records_unwritten, json);
  write_count(",\"octets_written\":", summary.octets_written, json);
  if (summary.certificates_written) {
    write_count(",\"certificates_written\":", *summary.certificates_written, json);
  }
  if (summary.domains_written) {
    write_count(",\"domains_written\":", *summary.domains_written, json);
  }
  write_words<Outcome>(",\"outcomes\":", summary.tally.outcomes, true, json);
  write_words<Cause>(",\"causes\":", summary.tally.causes, false, json);
}

void write_lookups(const LookupCounts& lookups, JsonText& json) {
  write_count(",\"lookups\":{\"asked\":", lookups.asked, json);
  write_count(",\"from_cache\":", lookups.from_cache, json);
  write_count(",\"coalesced\":", lookups.coalesced, json);
  write_count(",\"sent\":", lookups.sent, json);
  write_count(",\"retried\":", lookups.retried, json);
  write_count(",\"failed\":", lookups.failed, json);
  write_count(",\"tcp\":", lookups.tcp, json);
  json.raw("}");
}

std::string outcomes_in_words(const Tally& tally) {
  std::string words;
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    if (tally.outcomes[i] == 0) continue;
    words += fmt::format("{}{} {}", words.empty() ? " (" : ", ", to_string(static_cast<Outcome>(i)),
                         tally.outcomes[i]);
  }
  if (!words.empty()) words += ")";
  return words;
}

}  // namespace

void Tally::count(const Record& record) {
  ++records;
  ++outcomes[static_cast<std::size_t>(record.outcome)];
  ++causes[static_cast<std::size_t>(record.cause)];
  if (record.shared) {  // Its times and TLS were counted with the visit.
    ++shared;
    return;
  }
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    if (record.ms.of[i] >= Duration::zero()) phases[i].add(record.ms.of[i]);
  }
  if (record.ms.total >= Duration::zero()) total.add(record.ms.total);
  if (record.starttls_known) ++starttls[static_cast<std::size_t>(record.starttls_offered)];
  if (record.tls.has_value()) count(*record.tls);
}

void Tally::count(const tls::Facts& facts) {
  static_assert(std::tuple_size_v<decltype(tls_versions)> == kTlsVersions.size());
  if (!facts.session.cipher.empty()) {  // The handshake was completed.
    ++handshakes;
    const auto* const version =
        std::find(kTlsVersions.begin(), kTlsVersions.end(), facts.session.version);
    if (version != kTlsVersions.end()) ++tls_versions[std::size_t(version - kTlsVersions.begin())];
  }
  if (facts.chain != nullptr) ++(facts.verified ? verified : not_verified);
}

void Tally::merge(const Tally& other) {
  records += other.records;
  shared += other.shared;
  for (std::size_t i = 0; i < kOutcomeCount; ++i) outcomes[i] += other.outcomes[i];
  for (std::size_t i = 0; i < kCauseCount; ++i) causes[i] += other.causes[i];
  for (std::size_t i = 0; i < kPhaseCount; ++i) phases[i].merge(other.phases[i]);
  total.merge(other.total);
  for (std::size_t i = 0; i < kOfferedCount; ++i) starttls[i] += other.starttls[i];
  handshakes += other.handshakes;
  for (std::size_t i = 0; i < tls_versions.size(); ++i) tls_versions[i] += other.tls_versions[i];
  verified += other.verified;
  not_verified += other.not_verified;
}

bool Summary::agrees() const {
  const std::uint64_t made = records_written + records_unwritten;
  return tally.records == made &&
         targets + lines_invalid == made + targets_not_started + recorded_before;
}

std::string summary_json(const Summary& summary) {
  std::string out;
  {
    JsonText json(out);
    write_circumstances(summary, json);
    write_counts(summary, json);
    write_tls(summary.tally, json);
    if (summary.lookups) write_lookups(*summary.lookups, json);
    if (!summary.blocklists.empty()) {
      json.raw(",\"blocklists\":");
      json.raw(summary.blocklists);
    }
    write_figure(",\"probes_per_second\":", rate_of(summary), json);
    write_latencies(summary.tally, json);
    write_count(",\"in_flight_peak\":", summary.in_flight_peak, json);
    write_count(",\"memory_peak_octets\":", summary.memory_peak_octets, json);
    write_count(",\"servers_forgotten\":", summary.servers_forgotten, json);
    write_count(",\"local_shortages\":", summary.local_shortages, json);
    write_count(",\"pauses\":", summary.pauses, json);
    write_figure(",\"paused_seconds\":", seconds_of(summary.paused_for), json);
    write_count(",\"visited_again\":", summary.visited_again, json);
    json.raw(",\"deadline_late_ms_max\":");
    json.milliseconds(std::max(summary.deadline_late_max, Duration::zero()));
    write_figure(",\"cpu_seconds\":", summary.cpu_seconds, json);
    json.raw("}\n");
  }
  return out;
}

std::string summary_line(const Summary& summary) {
  std::string line;
  auto out = std::back_inserter(line);
  fmt::format_to(out, "mxsweep: {}", counted(summary.targets, "target"));
  if (summary.lines_invalid > 0) {
    fmt::format_to(out, ", {}", counted(summary.lines_invalid, "unreadable line"));
  }
  fmt::format_to(out, ", {}{}",
                 counted(summary.records_written + summary.records_unwritten, "record"),
                 outcomes_in_words(summary.tally));
  if (summary.runs_before > 0) {
    fmt::format_to(out, ", after {} of {}", counted(summary.records_before, "record"),
                   counted(summary.runs_before, "earlier run"));
  }
  if (summary.records_unwritten > 0) {
    fmt::format_to(out, ", {} of them NOT WRITTEN", summary.records_unwritten);
  }
  if (summary.tally.shared > 0) fmt::format_to(out, ", {} shared", summary.tally.shared);
  if (summary.retries > 0) {
    fmt::format_to(out, ", {} retr{}", summary.retries, summary.retries == 1 ? "y" : "ies");
  }
  fmt::format_to(out, " in {:.1f} s, {:.0f} visits/s", as_figure(seconds_of(summary.elapsed)),
                 as_figure(rate_of(summary)));
  if (summary.tally.total.count() > 0) {
    fmt::format_to(out, ", p50 {:.1f} ms p99 {:.1f} ms",
                   milliseconds_of(summary.tally.total.percentile(50)),
                   milliseconds_of(summary.tally.total.percentile(99)));
  }
  fmt::format_to(out, ", peak {} in flight, {:.0f} MB, CPU {:.1f} s", summary.in_flight_peak,
                 static_cast<double>(summary.memory_peak_octets) / 1e6,
                 as_figure(summary.cpu_seconds));
  if (summary.servers_forgotten > 0) {
    fmt::format_to(out, ", {} forgotten and possibly visited twice",
                   counted(summary.servers_forgotten, "server"));
  }
  if (summary.local_shortages > 0) {
    fmt::format_to(out, ", slowed down {} for lack of local resources",
                   counted(summary.local_shortages, "time"));
  }
  if (!summary.shard.empty()) {
    fmt::format_to(out, ", shard {} ({} elsewhere)", summary.shard,
                   counted(summary.targets_elsewhere, "target"));
  }
  if (summary.seed && summary.targets > 1) fmt::format_to(out, ", seed {}", *summary.seed);
  if (summary.pauses > 0 || summary.visited_again > 0) {
    fmt::format_to(out, ", paused {} for {:.0f} s without a network, {} made again",
                   counted(summary.pauses, "time"), as_figure(seconds_of(summary.paused_for)),
                   counted(summary.visited_again, "visit"));
  }
  if (!summary.stopped.empty()) {
    fmt::format_to(out, "; STOPPED EARLY: {}, {} not started", summary.stopped,
                   counted(summary.targets_not_started, "target"));
  }
  if (!summary.agrees()) {
    fmt::format_to(out,
                   "; COUNTS DISAGREE: {} and {} came to {}, of which {} were written and {} were "
                   "not, and {} not started",
                   counted(summary.targets, "target"),
                   counted(summary.lines_invalid, "unreadable line"),
                   counted(summary.tally.records, "record"), summary.records_written,
                   summary.records_unwritten, counted(summary.targets_not_started, "target"));
    if (summary.recorded_before > 0) {
      fmt::format_to(out, ", and {} recorded before", summary.recorded_before);
    }
  }
  return line;
}

}  // namespace mxsweep::results
