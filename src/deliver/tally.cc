// SPDX-License-Identifier: MIT
#include "deliver/tally.h"

#include <algorithm>
#include <utility>

#include "deliver/text.h"
#include "mxsweep/core/base64.h"

namespace mxsweep::deliver {
namespace {

constexpr std::size_t kTextOctetsMax = 500;
constexpr std::string_view kMask = "***";
constexpr std::size_t kSecretLeast = 4;     // Shorter ones would mask half the text.
constexpr std::size_t kComponentLeast = 8;  // Of a path: "services" is masked, too, which is fine.

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

void mask(std::string& text, std::string_view secret) {
  if (secret.size() < kSecretLeast) return;
  replace_all(text, secret, kMask);
  for (const Escaper escaper : {Escaper::form, Escaper::json, Escaper::xml}) {
    std::string escaped;
    append_escaped(escaped, secret, escaper);
    replace_all(text, escaped, kMask);
  }
}

// What follows the host: of most products the path is the secret.
void mask_path(std::string& text, std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return;
  const std::size_t path = url.find_first_of("/?", scheme + 3);
  if (path == std::string_view::npos) return;
  url.remove_prefix(path);
  mask(text, url);
  while (!url.empty()) {
    const std::size_t end = std::min(url.find_first_of("/?&=#"), url.size());
    if (end >= kComponentLeast) mask(text, url.substr(0, end));
    url.remove_prefix(std::min(end + 1, url.size()));
  }
}

}  // namespace

Tally::Tally(const std::vector<std::string>& recipients, const std::set<std::string>& accepted) {
  for (const std::string& recipient : recipients) {
    recipients_[recipient].accepted = accepted.contains(recipient);
  }
}

void Tally::add(const std::string& recipient, Answer answer) {
  Recipient& its = recipients_[recipient];
  its.accepted = its.accepted || answer.ok;
  its.permanent = answer.permanent && (its.permanent || !its.answered);
  its.answered = true;
  answer.reached = answer.reached || its.last.reached;
  its.texts.push_back(answer.text);
  its.last = std::move(answer);
}

std::vector<std::string> Tally::open() const {
  std::vector<std::string> open;
  for (const auto& [name, recipient] : recipients_) {
    if (!recipient.accepted) open.push_back(name);
  }
  return open;
}

std::set<std::string> Tally::accepted() const {
  std::set<std::string> accepted;
  for (const auto& [name, recipient] : recipients_) {
    if (recipient.accepted) accepted.insert(name);
  }
  return accepted;
}

void Tally::report(watch::Delivered& delivered) const {
  std::size_t accepted = 0;
  std::size_t refused = 0;
  bool reached = false;
  std::vector<std::string> texts;
  const Recipient* shown = nullptr;  // The one whose answer decides.
  const auto rank = [](const Recipient& recipient) {
    // One that an earlier attempt has served has no answer to show.
    if (recipient.accepted) return recipient.last.ok ? 1 : 0;
    return recipient.permanent ? 2 : 3;
  };
  for (const auto& [name, recipient] : recipients_) {
    accepted += recipient.accepted ? 1 : 0;
    refused += !recipient.accepted && recipient.permanent ? 1 : 0;
    reached = reached || recipient.last.reached || recipient.accepted;
    if (shown == nullptr || rank(recipient) > rank(*shown)) shown = &recipient;
    delivered.retry_after = std::max(delivered.retry_after, recipient.last.retry_after);
  }
  const std::size_t waiting = recipients_.size() - accepted - refused;
  delivered.ok = waiting == 0 && accepted > 0;
  delivered.permanent = waiting == 0 && accepted == 0;
  delivered.path_failed = accepted == 0 && !reached;
  if (shown != nullptr) {
    delivered.status = shown->last.status;
    for (const std::string& text : shown->texts) {
      if (std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
    }
  }
  if (accepted > 0 && accepted < recipients_.size()) {
    delivered.text = std::to_string(accepted) + " of " + std::to_string(recipients_.size()) +
                     " recipients were accepted";
  }
  for (const std::string& text : texts) {
    delivered.text += (delivered.text.empty() ? "" : "; ") + text;
  }
}

std::string safe_line(std::string_view text, const watch::Channel& channel) {
  std::string safe(text);
  const std::string& password =
      channel.password.empty() ? channel.token.reveal() : channel.password.reveal();
  if (!channel.user.empty()) mask(safe, base64_encoded(channel.user + ":" + password));
  if (!channel.user.empty()) {
    mask(safe,
         base64_encoded(std::string("\0", 1) + channel.user + std::string("\0", 1) + password));
  }
  for (const watch::Secret* secret : {&channel.token, &channel.password, &channel.signing}) {
    mask(safe, secret->reveal());
    if (!secret->empty()) mask(safe, base64_encoded(secret->reveal()));
  }
  mask_path(safe, channel.url);
  for (const auto& [name, value] : channel.parameters) {
    if (value.size() >= kComponentLeast) mask(safe, value);
  }
  std::string line;
  append_escaped(line, clean(safe), Escaper::header);
  while (line.ends_with(' ')) line.pop_back();
  return neutral(line, Markup::none, kTextOctetsMax);
}

}  // namespace mxsweep::deliver
