// SPDX-License-Identifier: MIT
// The reader of replies of a conversation's protocol.
//
//   Shape     as smtp/reply.h, imap/reply.h and pop3/reply.h. The code is SMTP's, or the value of
//             imap::Status or pop3::Status.
#pragma once

#include <string_view>
#include <variant>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/dialogue.h"
#include "mxsweep/core/protocol.h"
#include "mxsweep/imap/dialogue.h"
#include "mxsweep/pop3/dialogue.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::probe {

class ReplyReader {
 public:
  explicit ReplyReader(Protocol protocol) {
    if (protocol == Protocol::imap) reader_.emplace<imap::ReplyReader>();
    if (protocol == Protocol::pop3) reader_.emplace<pop3::ReplyReader>();
  }

  [[nodiscard]] Protocol protocol() const { return static_cast<Protocol>(reader_.index()); }
  // `state`: which command the reply is to.
  [[nodiscard]] ReplyStatus read(std::string_view input, State state) {
    if (auto* const smtp = std::get_if<smtp::ReplyReader>(&reader_)) return smtp->read(input);
    if (auto* const imap = std::get_if<imap::ReplyReader>(&reader_)) {
      return imap->read(input, imap::exchange_in(state).awaited);
    }
    return std::get_if<pop3::ReplyReader>(&reader_)->read(input,
                                                          pop3::exchange_in(state).multi_line);
  }
  // For the next reply.
  void restart() { *this = ReplyReader(protocol()); }

  [[nodiscard]] std::size_t reached() const {
    return std::visit([](const auto& reader) { return reader.reached(); }, reader_);
  }
  [[nodiscard]] AnomalySet anomalies() const {
    return std::visit([](const auto& reader) { return reader.anomalies(); }, reader_);
  }
  [[nodiscard]] int code() const {
    if (const auto* const smtp = std::get_if<smtp::ReplyReader>(&reader_)) return smtp->code();
    if (const auto* const imap = std::get_if<imap::ReplyReader>(&reader_)) {
      return static_cast<int>(imap->status());
    }
    return static_cast<int>(std::get_if<pop3::ReplyReader>(&reader_)->status());
  }
  // Text before a reply is skipped in SMTP only.
  [[nodiscard]] std::size_t begin() const {
    const auto* const smtp = std::get_if<smtp::ReplyReader>(&reader_);
    return smtp == nullptr ? 0 : smtp->begin();
  }
  [[nodiscard]] bool saw_text() const {
    const auto* const smtp = std::get_if<smtp::ReplyReader>(&reader_);
    return smtp != nullptr && smtp->saw_text();
  }

 private:
  std::variant<smtp::ReplyReader, imap::ReplyReader, pop3::ReplyReader> reader_;
};
static_assert(sizeof(ReplyReader) <= 32, "every conversation in flight holds one");

}  // namespace mxsweep::probe
