// SPDX-License-Identifier: MIT
// A mail server in memory, which takes messages.
//
//   Shape     it answers whole commands, and takes a message whatever it replies to its end.
//   Errors    none.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mxsweep::roundtrip {

class ModelMailServer {
 public:
  // To a command, to "dot" or as "greeting"; without an entry, yes.
  std::map<std::string, std::string> replies;
  bool closes_after_dot = false;  // In place of a reply.
  std::string log;                // Commands, one a line.

  struct Answer {
    std::string octets{};
    bool closes = false;
    std::optional<std::string> message{};  // That came with the octets that it answers.
  };

  [[nodiscard]] std::string greeting() const { return reply_to("greeting", "220 mx.test ESMTP"); }

  // `in_data` is of the connection: its message has begun.
  Answer answer(const std::string& octets, bool& in_data) {
    if (in_data) return take(octets, in_data);
    const std::string verb = octets.substr(0, octets.find_first_of(" :\r"));
    log += octets.substr(0, octets.find('\r')) + "\n";
    if (verb == "QUIT") return {.octets = "221 bye\r\n", .closes = true};
    Answer answer{.octets = reply_to(verb, verb == "DATA" ? "354 go on" : "250 mx.test")};
    in_data = verb == "DATA" && answer.octets.starts_with("354");
    return answer;
  }

 private:
  Answer take(const std::string& octets, bool& in_data) {
    constexpr std::string_view kEndOfMail = "\r\n.\r\n";
    if (!octets.ends_with(kEndOfMail)) return {};
    in_data = false;
    Answer answer{.closes = closes_after_dot,
                  .message = octets.substr(0, octets.size() - kEndOfMail.size())};
    if (!closes_after_dot) answer.octets = reply_to("dot", "250 2.0.0 queued as 4AbC");
    return answer;
  }

  [[nodiscard]] std::string reply_to(const std::string& command, const std::string& usual) const {
    const auto known = replies.find(command);
    return (known == replies.end() ? usual : known->second) + "\r\n";
  }
};

}  // namespace mxsweep::roundtrip
