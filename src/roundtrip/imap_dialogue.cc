// SPDX-License-Identifier: MIT
#include "roundtrip/imap_dialogue.h"

#include "mxsweep/core/text_line.h"

namespace mxsweep::roundtrip {

imap::Command ImapDialogue::command() {
  tag_ = "m" + std::to_string(++commands_);
  return {tag_, literal_plus_};
}

void ImapDialogue::send(imap::Command&& command) {
  pieces_ = std::move(command).pieces();
  out_ += pieces_.front();
  pieces_.erase(pieces_.begin());
}

void ImapDialogue::append(std::string_view octets) {
  in_.erase(0, read_);
  read_ = 0;
  in_ += octets;
}

ImapDialogue::News ImapDialogue::next() {
  const imap::Awaited awaited{.tag = tag_,
                              .single = true,
                              .octets_max = kOctetsMax,
                              .literal_octets_max = message::kHeaderOctetsMax};
  while (true) {
    const std::string_view unread = std::string_view(in_).substr(read_);
    switch (reader_.read(unread, awaited)) {
      case ReplyStatus::need_more: return {};
      case ReplyStatus::malformed: return {News::Kind::broken, "what the server sends is not IMAP"};
      case ReplyStatus::too_long: return {News::Kind::broken, "the server sends too much at once"};
      case ReplyStatus::complete: break;
    }
    const std::string_view response = without_line_end(unread.substr(0, reader_.reached()));
    read_ += reader_.reached();
    reader_ = {};
    if (!response.starts_with('+') || pieces_.empty()) return news_of(response);
    out_ += pieces_.front();
    pieces_.erase(pieces_.begin());
  }
}

ImapDialogue::News ImapDialogue::news_of(std::string_view response) {
  if (response.starts_with('+')) return {News::Kind::continuation, response.substr(1)};
  const imap::StatusLine line = imap::status_line(response);
  if (line.tag == "*") {
    return {line.status == imap::Status::bye ? News::Kind::bye : News::Kind::untagged, response,
            line};
  }
  if (line.tag != tag_) return {News::Kind::broken, "the server answers what it was not asked"};
  pieces_.clear();
  return {News::Kind::completed, response, line};
}

}  // namespace mxsweep::roundtrip
