// SPDX-License-Identifier: MIT
// The digest of changes: servers with the same change share a line.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "mxsweep/watch/changes.h"
#include "watch/compose_parts.h"
#include "watch/plain_text.h"

namespace mxsweep::watch {
namespace {

constexpr std::size_t kChangeLinesMax = 40;
constexpr std::size_t kChangeNamesShown = 3;
constexpr std::size_t kValueShownOctets = 120;
constexpr std::size_t kDigestShownOctets = 16;

std::set<std::string_view> words_of(std::string_view text) {
  std::set<std::string_view> words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (!word.empty()) words.insert(word);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return words;
}

// "SMTPUTF8, DSN"
std::string missing(const std::set<std::string_view>& from, const std::set<std::string_view>& of) {
  std::string list;
  for (const std::string_view word : from) {
    if (of.contains(word)) continue;
    if (!list.empty()) list += ", ";
    list += word;
  }
  return shown(list, 2 * kValueShownOctets);
}

std::string difference(std::string_view noun, const FieldChange& change) {
  const std::set<std::string_view> before = words_of(change.before);
  const std::set<std::string_view> after = words_of(change.value);
  const std::string added = missing(after, before);
  const std::string removed = missing(before, after);
  std::string text;
  if (!added.empty()) text = fmt::format("new {}: {}", noun, added);
  if (!removed.empty()) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{} gone: {}", noun, removed);
  }
  return text;
}

std::string starttls_sentence(const FieldChange& change) {
  const bool is_no = change.value == "no";
  switch (change.what) {
    case FieldChange::What::adopted:
      return is_no ? "STARTTLS is no longer offered" : "STARTTLS is offered now";
    case FieldChange::What::mixed:
      return fmt::format("STARTTLS is {} in {} % of the probes", is_no ? "missing" : "offered",
                         change.percent);
    case FieldChange::What::lost: break;
  }
  return is_no ? "STARTTLS is offered in all probes again" : "STARTTLS is no longer offered at all";
}

std::string_view noun_of(Field field) {
  switch (field) {
    case Field::greeting: return "the greeting";
    case Field::extensions: return "the list of extensions";
    case Field::starttls: return "STARTTLS";
    case Field::tls: return "TLS";
    case Field::certificate: return "the key of the certificate";
    case Field::issuer: return "the issuer of the certificate";
    case Field::addresses: return "the addresses";
    case Field::mx: break;
  }
  return "the MX hosts";
}

std::string quoted(Field field, std::string_view value) {
  if (value.empty()) return "nothing";
  if (field == Field::certificate) value = value.substr(0, kDigestShownOctets);
  return '"' + shown(value, kValueShownOctets) + '"';
}

std::string sentence_of(const FieldChange& change) {
  const Field field = change.field;
  if (field == Field::starttls) return starttls_sentence(change);
  const std::string_view noun = noun_of(field);
  if (change.what == FieldChange::What::lost) {
    return fmt::format("{}: {} is no longer seen beside {}", noun, quoted(field, change.value),
                       quoted(field, change.before));
  }
  const bool mixed = change.what == FieldChange::What::mixed;
  std::string text;
  if (field == Field::extensions) text = difference("extensions", change);
  if (field == Field::addresses) text = difference("addresses", change);
  if (field == Field::mx) text = difference("MX hosts", change);
  if (mixed && text.empty()) {
    return fmt::format("{}: mixed, {} in {} % of the probes, beside {}", noun,
                       quoted(field, change.value), change.percent, quoted(field, change.before));
  }
  if (mixed) return fmt::format("mixed, in {} % of the probes: {}", change.percent, text);
  if (!text.empty()) return text;
  return fmt::format("{}: {}, which was {}", noun, quoted(field, change.value),
                     quoted(field, change.before));
}

}  // namespace

Notice notice_of(std::span<const FieldChange> changes,
                 const std::function<std::string(MonitorId)>& name_of) {
  // The most severe first.
  std::map<std::tuple<int, Field, std::string>, std::vector<MonitorId>> lines;
  std::set<MonitorId> servers;
  Notice notice;
  for (const FieldChange& change : changes) {
    notice.severity = std::max(notice.severity, change.severity);
    servers.insert(change.monitor);
    lines[{-static_cast<int>(change.severity), change.field, sentence_of(change)}].push_back(
        change.monitor);
  }
  const auto name = [&](MonitorId monitor) { return shown(name_of(monitor), kNameShownOctets); };
  if (lines.size() == 1 && servers.size() == 1) {
    notice.title = name(*servers.begin()) + ": " + std::get<2>(lines.begin()->first);
  } else if (lines.size() == 1) {
    notice.title =
        counted_grouped(servers.size(), "server") + ": " + std::get<2>(lines.begin()->first);
  } else {
    notice.title = counted_grouped(lines.size(), "change") + " on " +
                   counted_grouped(servers.size(), "server");
  }
  std::size_t written = 0;
  for (const auto& [line, monitors] : lines) {
    if (written++ == kChangeLinesMax) {
      notice.text += fmt::format("... and {} more\n", grouped(lines.size() - kChangeLinesMax));
      break;
    }
    append_wrapped("* ", std::get<2>(line), notice.text);
    std::string names;
    for (std::size_t i = 0; i < std::min(monitors.size(), kChangeNamesShown); ++i) {
      if (i > 0) names += ", ";
      names += name(monitors[i]);
    }
    if (monitors.size() > kChangeNamesShown) {
      names += fmt::format(" and {} more", grouped(monitors.size() - kChangeNamesShown));
    }
    append_wrapped("  on ", names, notice.text);
  }
  return notice;
}

}  // namespace mxsweep::watch
