// SPDX-License-Identifier: MIT
// What has become of one attempt, from what each recipient's servers have answered. Pure.
//
//   Rules    An attempt has succeeded when every recipient's copy was accepted or refused for good,
//            and at least one was accepted. While one was refused for now, it has failed; the
//            copies that were accepted are not sent again (accepted()).
//   Errors   none.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/watch/channel.h"
#include "mxsweep/watch/effects.h"

namespace mxsweep::deliver {

// What one server has answered for one recipient.
struct Answer {
  bool ok = false;
  bool permanent = false;
  bool reached = false;  // It has answered at all.
  int status = 0;
  Duration retry_after{};
  std::string text;
};

class Tally {
 public:
  // `accepted`: those whose copies earlier attempts have delivered.
  Tally(const std::vector<std::string>& recipients, const std::set<std::string>& accepted);

  // The answer of one more server.
  void add(const std::string& recipient, Answer answer);
  [[nodiscard]] std::vector<std::string> open() const;  // Not accepted so far.
  [[nodiscard]] std::set<std::string> accepted() const;
  // Fills in ok, permanent, path_failed, status, retry_after and text.
  void report(watch::Delivered& delivered) const;

 private:
  struct Recipient {
    bool accepted = false;
    bool permanent = false;
    bool answered = false;
    Answer last;
    std::vector<std::string> texts;
  };
  std::map<std::string, Recipient> recipients_;
};

// One line without the channel's secrets, however they are escaped in it, and without control
// characters.
[[nodiscard]] std::string safe_line(std::string_view text, const watch::Channel& channel);

}  // namespace mxsweep::deliver
