// SPDX-License-Identifier: MIT
// Commands and responses of an IMAP connection, one command at a time. Pure.
//
//   Shape     begin() a command, append() what comes, and take next() until there is nothing.
//   Lifetime  what is returned views the dialogue, until the next call of append() or begin().
//   Errors    Kind::broken, with what is wrong as its text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/imap/command.h"
#include "mxsweep/imap/reply.h"
#include "mxsweep/message/headers.h"

namespace mxsweep::roundtrip {

class ImapDialogue {
 public:
  // Of a response; a header block is the largest part of one.
  static constexpr std::uint32_t kOctetsMax = message::kHeaderOctetsMax + 64 * 1024;

  struct News {
    enum class Kind : std::uint8_t {
      nothing,
      untagged,
      continuation,  // That is not for a piece of a command.
      completed,     // The command.
      bye,
      broken,
    };
    Kind kind = Kind::nothing;
    std::string_view response{};  // Whole; of a continuation what is behind "+".
    imap::StatusLine line{};
  };

  void set_literal_plus(bool offered) { literal_plus_ = offered; }
  // To be passed to send().
  [[nodiscard]] imap::Command command();
  void send(imap::Command&& command);
  void send_line(std::string_view line) { out_.append(line).append("\r\n"); }
  // What is to be sent since the last call.
  [[nodiscard]] std::string take_output() { return std::exchange(out_, {}); }

  void append(std::string_view octets);
  [[nodiscard]] News next();

 private:
  [[nodiscard]] News news_of(std::string_view response);

  std::string tag_ = "m0";
  std::uint32_t commands_ = 0;
  bool literal_plus_ = false;
  std::vector<std::string> pieces_;  // Of the command, still to be sent.
  std::string out_;
  std::string in_;
  std::size_t read_ = 0;  // Of in_.
  imap::ReplyReader reader_;
};

}  // namespace mxsweep::roundtrip
