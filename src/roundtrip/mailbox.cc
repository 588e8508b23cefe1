// SPDX-License-Identifier: MIT
#include "roundtrip/mailbox.h"

#include <algorithm>

#include "mxsweep/core/enum_words.h"
#include "mxsweep/core/tags.h"
#include "mxsweep/message/delivery_report.h"
#include "mxsweep/message/probe_message.h"
#include "mxsweep/roundtrip/certificate_check.h"

namespace mxsweep::roundtrip {
namespace {

constexpr std::size_t kToldOctetsMax = 200;

constexpr EnumWord<Notice> kNotices[] = {
    {Notice::none, "none"}, {Notice::look, "look"}, {Notice::idle, "idle"}, {Notice::poll, "poll"}};
static_assert(has_each_value(kNotices, Notice::poll) && words_differ(kNotices));

constexpr EnumWord<FoundBy> kFoundBy[] = {{FoundBy::search, "search"},
                                          {FoundBy::new_message, "new_message"}};
static_assert(has_each_value(kFoundBy, FoundBy::new_message) && words_differ(kFoundBy));

}  // namespace

std::string_view to_string(Notice notice) { return word_of(kNotices, notice); }
std::string_view to_string(FoundBy by) { return word_of(kFoundBy, by); }

std::optional<std::string> fault_of_tls(const probe::Transaction::Opening& opening,
                                        const MailboxOrder& order) {
  if (!opening.under_tls || !order.verify) return std::nullopt;
  return fault_of({.host = order.credentials.host}, opening.seen, order.wall_at_begin);
}

std::string told(std::string_view words, const MailboxOrder& order) {
  std::string text = without_secret(words, order.credentials.secret);
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  if (text.size() > kToldOctetsMax) text = text.substr(0, kToldOctetsMax) + "...";
  return text.empty() ? text : ": " + text;
}

std::optional<message::Token> token_of(const message::Headers& headers, const MailboxOrder& order) {
  const auto is_token = [](const message::Field& field) {
    return same_word(field.name, message::kTokenHeader);
  };
  // With two of them it is no message that was made here.
  if (std::ranges::count_if(headers.fields, is_token) != 1) return std::nullopt;
  return message::read_token(order.key, headers.find(message::kTokenHeader)->value);
}

bool is_wanted(const message::Token& token, const MailboxOrder& order) {
  return message::read_token(order.key, order.token) == token;
}

bool is_stale(const message::Token& token, const MailboxOrder& order, Duration since_begin) {
  return order.wall_at_begin + since_begin - token.at > kStaleAfter && !is_wanted(token, order);
}

std::optional<NonDelivery> report_in(std::string_view text, const MailboxOrder& order) {
  const std::optional<message::Token> token = message::find_token(order.key, text);
  if (!token || !is_wanted(*token, order)) return std::nullopt;
  const std::optional<message::DeliveryReport> report = message::read_delivery_report(text);
  if (!report) return std::nullopt;
  return NonDelivery{report->failed, report->status, report->diagnostic};
}

Result<Authentication> authentication(std::string_view offered, bool under_tls,
                                      const MailboxOrder& order) {
  return Authentication::choose(offered,
                                {.under_tls = under_tls,
                                 .allow_in_clear = order.allow_in_clear,
                                 .token = order.token_is_secret,
                                 .only = order.only},
                                order.credentials, order.nonce);
}

Status may_send_password(bool under_tls, const MailboxOrder& order) {
  if (order.token_is_secret) {
    return Status::unusable(std::string(sasl::sentence_of(sasl::ChoiceFault::none_usable)));
  }
  if (order.only && *order.only != sasl::Mechanism::login) {
    return Status::unusable(std::string(sasl::sentence_of(sasl::ChoiceFault::not_offered)));
  }
  if (!under_tls && !order.allow_in_clear) {
    return Status::unusable(std::string(sasl::sentence_of(sasl::ChoiceFault::only_in_clear)));
  }
  return sasl::check_credentials(sasl::Mechanism::login, order.credentials);
}

}  // namespace mxsweep::roundtrip
