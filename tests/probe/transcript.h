// SPDX-License-Identifier: MIT
// Conversations as documents. A transcript is a text of lines:
//
//   S: 220 mx.test ESMTP     the server says this, CRLF added ("S| text" adds nothing; \xHH, \r,
//   \n) C: QUIT                  the client must have said exactly this by now, and nothing else
//   [wait 61s]               time passes; deadlines on the way are heard
//   [close] [reset]          the server closes or resets
//   [error ECONNREFUSED]     instead of a connection, or on it
//   [interrupt]              the user stops the sweep
//   = ok quit none no_221    how it ended: outcome, phase, cause, anomalies in order
//
// The connection is made before the first line unless that is "[unconnected]". Octets are delivered
// in the pieces that the caller chooses.
#pragma once

#include <optional>
#include <sstream>
#include <string>

#include "mxsweep/probe/probe.h"
#include "support/catch.h"

namespace mxsweep::probe {

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

  [[nodiscard]] results::Record record() { return probe_.record({}); }
  [[nodiscard]] const Wants& last() const { return wants_; }

 private:
  void step(const std::string& line) {
    if (line.starts_with("S:"))
      return deliver(line.substr(std::min<std::size_t>(3, line.size())) + "\r\n");
    if (line.starts_with("S|")) return deliver(unescape(line.substr(3)));
    if (line.starts_with("C:")) return expect_said(line.substr(3) + "\r\n");
    if (line.starts_with("[wait ")) return wait(line);
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

  void wait(const std::string& line) { advance(std::chrono::seconds{std::stoi(line.substr(6))}); }

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
    said_ += wants.send;
    REQUIRE((wants.done || wants.deadline != kNever));
  }

  void expect_said(const std::string& command) {
    REQUIRE(said_ == command);
    said_.clear();
  }

  void expect_end(const std::string& expected) {
    REQUIRE(wants_.done);
    CHECK(said_.empty());
    const results::Record record = probe_.record({});
    std::string seen = std::string(to_string(record.outcome)) + " " +
                       std::string(to_string(record.phase)) + " " +
                       std::string(to_string(record.cause));
    for (std::size_t i = 0; i < kAnomalyCount; ++i) {
      const auto anomaly = static_cast<Anomaly>(i);
      if (record.anomalies.has(anomaly)) seen += " " + std::string(to_string(anomaly));
    }
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
  Probe probe_;
  std::size_t piece_;
  Instant now_{std::chrono::seconds{1000}};
  Wants wants_;
  std::string said_;
  bool ended_ = false;
};

}  // namespace mxsweep::probe
