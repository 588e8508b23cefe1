// SPDX-License-Identifier: MIT
// Runs conversations written as transcripts. A transcript is a text of lines:
//
//   S: 220 mx.test ESMTP     the server sends this, with CRLF added ("S| text": without CRLF, with
//                            the escapes \xHH, \r, \n)
//   C: QUIT                  the client must have sent exactly this since the last "C:" line
//   [wait 61s]               time passes; deadlines in it expire
//   [close] [reset]          the server closes or resets
//   [error ECONNREFUSED]     instead of a connection, or on it
//   [interrupt]              the user stops the sweep
//   = ok quit none no_221    how it ended: outcome, phase, cause, anomalies in order
//
// The connection is made before the first line unless that is "[unconnected]". Octets are delivered
// in the pieces that the caller chooses; or, by play_ahead(), all of the server's octets of the
// whole transcript in two pieces, whatever the client sends: the end must be the same.
#pragma once

#include <optional>
#include <sstream>
#include <string>

#include "mxsweep/probe/conversation.h"
#include "support/anomaly_words.h"
#include "support/catch.h"
#include "support/kept_records.h"

namespace mxsweep::probe {

// The records of every transcript that was played.
inline results::KeptRecords& records_of_transcripts() {
  static results::KeptRecords records;
  return records;
}

class Transcript {
 public:
  Transcript(const Plan& plan, std::size_t piece) : probe_(plan, target_), piece_(piece) {}

  void play(const std::string& text) {
    std::istringstream lines(text);
    std::string line;
    apply(probe_.on_started(now_));
    bool connected = false;
    while (std::getline(lines, line)) {
      line.erase(0, line.find_first_not_of(' '));
      if (line.empty()) continue;
      INFO("line: " << line);
      if (!connected && line != "[unconnected]") {
        advance(std::chrono::milliseconds{1});
        apply(probe_.on_connected(now_));
      }
      connected = true;
      step(line);
    }
    REQUIRE(ended_);
  }

  // Cuts the octets in two at octet `cut`. False: there is no such octet.
  [[nodiscard]] bool play_ahead(const std::string& text, std::size_t cut) {
    const Ahead ahead = read_ahead(text);
    apply(probe_.on_started(now_));
    advance(std::chrono::milliseconds{1});
    apply(probe_.on_connected(now_));
    for (const std::string& piece :
         {ahead.octets.substr(0, cut), ahead.octets.substr(std::min(cut, ahead.octets.size()))}) {
      advance(std::chrono::milliseconds{1});
      if (!piece.empty() && !wants_.done) apply(probe_.on_bytes(piece, now_));
    }
    if (ahead.ending.empty()) advance(ahead.waits);
    if (!ahead.ending.empty() && !wants_.done) step(ahead.ending);
    sent_.clear();
    expect_end(ahead.expected);
    return cut < ahead.octets.size();
  }

  [[nodiscard]] results::Record record() { return probe_.observation().record({}); }
  [[nodiscard]] Observation take_observation() { return probe_.take_observation(); }
  [[nodiscard]] const Wants& last() const { return wants_; }

 private:
  struct Ahead {
    std::string octets;
    Duration waits{};
    std::string ending;  // [close] or [reset]; empty: silence.
    std::string expected;
  };

  static Ahead read_ahead(const std::string& text) {
    Ahead ahead;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      line.erase(0, line.find_first_not_of(' '));
      if (line.starts_with("S:")) ahead.octets += octets_in(line);
      if (line.starts_with("S|")) ahead.octets += unescape(line.substr(3));
      if (line.starts_with("[wait ")) ahead.waits += span_of(line);
      if (line == "[close]" || line == "[reset]") ahead.ending = line;
      if (line.starts_with("= ")) ahead.expected = line.substr(2);
    }
    return ahead;
  }

  static std::string octets_in(const std::string& line) {
    return line.substr(std::min<std::size_t>(3, line.size())) + "\r\n";
  }
  static Duration span_of(const std::string& line) {
    return std::chrono::seconds{std::stoi(line.substr(6))};
  }

  void step(const std::string& line) {
    if (line.starts_with("S:")) return deliver(octets_in(line));
    if (line.starts_with("S|")) return deliver(unescape(line.substr(3)));
    if (line.starts_with("C:")) return expect_sent(line.substr(3) + "\r\n");
    if (line.starts_with("[wait ")) return advance(span_of(line));
    if (line == "[close]") return apply(probe_.on_closed(now_));
    if (line == "[reset]") return apply(probe_.on_error(ECONNRESET, now_));
    if (line == "[error ECONNREFUSED]") return apply(probe_.on_error(ECONNREFUSED, now_));
    if (line == "[error ENETUNREACH]") return apply(probe_.on_error(ENETUNREACH, now_));
    if (line == "[interrupt]") return apply(probe_.on_interrupted(now_));
    if (line == "[unconnected]") return;
    if (line.starts_with("= ")) return expect_end(line.substr(2));
    FAIL("a transcript has no such line");
  }

  void deliver(const std::string& octets) {
    for (std::size_t at = 0; at < octets.size() && !wants_.done; at += piece_) {
      advance(std::chrono::microseconds{100});
      if (wants_.done) return;
      apply(probe_.on_bytes(std::string_view(octets).substr(at, piece_), now_));
    }
  }

  void advance(Duration span) {
    const Instant until = now_ + span;
    while (!wants_.done && wants_.deadline <= until) {
      now_ = wants_.deadline;
      apply(probe_.on_deadline(now_));
    }
    now_ = until;
  }

  void apply(const Wants& wants) {
    wants_ = wants;
    sent_ += wants.send;
    REQUIRE((wants.done || wants.deadline != kNever));
  }

  void expect_sent(const std::string& command) {
    REQUIRE(sent_ == command);
    sent_.clear();
  }

  void expect_end(const std::string& expected) {
    REQUIRE(wants_.done);
    CHECK(sent_.empty());
    const results::Record record = probe_.observation().record({});
    records_of_transcripts().add(record);
    std::string seen = std::string(to_string(record.outcome)) + " " +
                       std::string(to_string(record.phase)) + " " +
                       std::string(to_string(record.cause));
    seen += words_of(record.anomalies);
    CHECK(seen == expected);
    ended_ = true;
  }

  static std::string unescape(const std::string& text) {
    std::string octets;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\' || i + 1 == text.size()) {
        octets += text[i];
      } else if (text[++i] == 'x') {
        octets += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
        i += 2;
      } else {
        octets += text[i] == 'r' ? '\r' : '\n';
      }
    }
    return octets;
  }

  targets::Target target_;
  Conversation probe_;
  std::size_t piece_;
  Instant now_{std::chrono::seconds{1000}};
  Wants wants_;
  std::string sent_;
  bool ended_ = false;
};

}  // namespace mxsweep::probe
