// SPDX-License-Identifier: MIT
// An IMAP server in memory.
//
//   Shape     it answers whole commands as its switches say. Its folders are there to be changed.
//   Errors    a command that it does not know fails the test.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/core/tags.h"
#include "mxsweep/message/headers.h"
#include "roundtrip/model_folder.h"
#include "support/catch.h"

namespace mxsweep::roundtrip {

class ModelServer {
 public:
  std::string capabilities = "IMAP4rev1 IDLE UIDPLUS LITERAL+ SPECIAL-USE";
  bool search_finds = true;  // Else SEARCH by header never finds anything.
  bool search_known = true;  // Else it is refused.
  std::string login{};       // The answer to a login; empty: it is welcome.
  bool tells = true;         // Of new messages, while it idles.
  std::map<std::string, ModelFolder> folders{{"INBOX", {}}};
  std::function<std::string()> after_answer;  // What comes with each answer.
  std::string log;                            // Commands, without tags, one a line.

  ModelFolder& inbox() { return folders["INBOX"]; }

  // A message comes. What the server sends at once.
  std::string deliver(const std::string& folder, const std::string& text) {
    folders[folder].add(text);
    if (folder != selected_) return {};
    told_ = false;
    return idle_tag_.empty() || !tells ? std::string() : news();
  }

  // Answers whole lines; none of the commands has a literal that is waited for.
  std::string answer(const std::string& octets) {
    std::string replies;
    std::istringstream lines(octets);
    for (std::string line; std::getline(lines, line);) {
      if (line.ends_with('\r')) line.pop_back();
      replies += answer_line(line);
    }
    if (after_answer && !replies.empty() && !log.ends_with("LOGOUT\n")) replies += after_answer();
    return replies;
  }

 private:
  std::string news() {
    told_ = true;
    return "* " + std::to_string(folder().messages.size()) + " EXISTS\r\n";
  }

  ModelFolder& folder() { return folders.at(selected_); }

  std::string answer_line(const std::string& line) {
    if (line == "DONE") return std::exchange(idle_tag_, {}) + " OK idled\r\n";
    const std::size_t blank = line.find(' ');
    const std::string tag = line.substr(0, blank);
    const std::string command = line.substr(blank + 1);
    log += command + "\n";
    const std::string ok = tag + " OK done\r\n";
    const auto is = [&command](std::string_view word) { return command.starts_with(word); };
    if (is("IDLE")) {
      idle_tag_ = tag;
      return "+ idling\r\n" + (told_ || !tells ? std::string() : news());
    }
    if (is("LOGOUT")) return "* BYE\r\n" + ok;
    if (is("LOGIN")) return login.empty() ? ok : tag + " " + login + "\r\n";
    if (is("CAPABILITY")) return "* CAPABILITY " + capabilities + "\r\n" + ok;
    if (is("LIST")) return list() + ok;
    if (is("SELECT") || is("EXAMINE")) return select(command, tag);
    if (is("NOOP")) return (told_ ? std::string() : news()) + ok;
    if (is("UID SEARCH")) return search(command, tag);
    if (is("UID FETCH")) return fetch(command) + ok;
    if (is("UID STORE")) {
      folder().mark_deleted(set_of(command));
      return ok;
    }
    if (is("UID EXPUNGE") || is("EXPUNGE")) {
      folder().expunge(is("UID") ? set_of(command) : folder().uids());
      return ok;
    }
    FAIL("the server does not know: " << command);
    return {};
  }

  std::string list() {
    std::string listed;
    for (const auto& [name, each] : folders) {
      listed += "* LIST (" + each.uses + ") \"/\" \"" + name + "\"\r\n";
    }
    return listed;
  }

  std::string select(const std::string& command, const std::string& tag) {
    const std::string name = command.substr(command.find('"') + 1);
    selected_ = name.substr(0, name.size() - 1);
    told_ = true;
    if (!folders.contains(selected_)) return tag + " NO [NONEXISTENT] no such folder\r\n";
    return news() + "* OK [UIDVALIDITY " + std::to_string(folder().uid_validity) +
           "] ok\r\n* OK [UIDNEXT " + std::to_string(folder().uid_next) + "] ok\r\n" + tag +
           " OK [READ-WRITE] selected\r\n";
  }

  std::string search(const std::string& command, const std::string& tag) {
    const bool deleted = command.find("DELETED") != command.npos;
    if (!deleted && !search_known) return tag + " BAD unknown\r\n";
    const std::size_t open = command.find('"');
    const std::string value = open == command.npos ? "" : command.substr(open + 1);
    std::string found = "* SEARCH";
    for (const ModelMessage& message : folder().messages) {
      const message::Headers headers = message::read_headers(message.text);
      const bool by_header =
          search_finds && std::ranges::any_of(headers.fields, [&](const message::Field& each) {
            return same_word(each.name, "X-Mxsweep-Token") &&
                   each.value.find(value.substr(0, value.size() - 1)) != std::string::npos;
          });
      if (deleted ? message.deleted : by_header) found += " " + std::to_string(message.uid);
    }
    return found + "\r\n" + tag + " OK done\r\n";
  }

  std::string fetch(const std::string& command) {
    const Uids uids = set_of(command);
    const bool whole = command.find("BODY.PEEK[]") != command.npos;
    std::string replies;
    std::size_t number = 0;
    for (const ModelMessage& message : folder().messages) {
      ++number;
      if (!ModelFolder::contains(uids, message.uid)) continue;
      const std::string text =
          whole ? message.text : message.text.substr(0, message.text.find("\r\n\r\n") + 4);
      replies += "* " + std::to_string(number) + " FETCH (UID " + std::to_string(message.uid) +
                 " BODY[" + (whole ? "" : "HEADER") + "] {" + std::to_string(text.size()) +
                 "}\r\n" + text + ")\r\n";
    }
    return replies;
  }

  // Of "UID FETCH 3,5:* (...)".
  Uids set_of(const std::string& command) {
    const std::size_t begin = command.find(' ', 4) + 1;
    return folder().uids_of(command.substr(begin, command.find(' ', begin) - begin));
  }

  std::string selected_;
  std::string idle_tag_;
  bool told_ = true;
};

}  // namespace mxsweep::roundtrip
