// SPDX-License-Identifier: MIT
#include "deliver/mail.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>

#include "deliver/text.h"
#include "mxsweep/core/ascii.h"
#include "mxsweep/core/base64.h"
#include "mxsweep/core/utf8.h"
#include "mxsweep/message/date.h"

namespace mxsweep::deliver {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kLineMax = 76;  // Of quoted-printable; headers may have two more.

std::string one_line(std::string_view text) {
  std::string line;
  append_escaped(line, clean(text), Escaper::header);
  return line;
}

// Whether a header can have it as it is, folded at its blanks.
bool is_plain(std::string_view line) {
  std::size_t word = 0;
  for (const char c : line) {
    if (is_beyond_ascii(c)) return false;
    word = c == ' ' ? 0 : word + 1;
    if (word > 60) return false;
  }
  return line.find("=?") == std::string_view::npos;
}

// As words of RFC 2047, one a line.
std::string encoded(std::string_view line) {
  constexpr std::size_t kOctetsMax = 42;
  std::string words;
  while (!line.empty()) {
    const std::string_view part = cut_between_characters(line, kOctetsMax);
    line.remove_prefix(part.size());
    words += "=?utf-8?B?" + base64_encoded(part) + "?=";
    if (!line.empty()) words += "\r\n ";
  }
  return words;
}

std::string folded(std::string_view line, std::size_t column) {
  std::string out;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' ', 1), line.size());
    if (column + end > kLineMax && !out.empty() && line[0] == ' ') {
      out += kLineEnd;
      column = 0;
    }
    out += line.substr(0, end);
    column += end;
    line.remove_prefix(end);
  }
  return out;
}

void add_header(std::string& mail, std::string_view name, std::string_view value) {
  // Blanks at an end, and runs of them, would become lines of nothing else.
  std::string line;
  for (const char c : one_line(value)) {
    if (c != ' ' || (!line.empty() && !line.ends_with(' '))) line += c;
  }
  while (line.ends_with(' ')) line.pop_back();
  mail += name;
  mail += ": ";
  mail += is_plain(line) ? folded(line, name.size() + 2) : encoded(line);
  mail += kLineEnd;
}

// A name and an address: only the name may be encoded.
std::string mailbox(std::string_view text) {
  const std::string address = address_of(text);
  const std::size_t begin = text.find('<');
  if (begin == std::string_view::npos || begin == 0) return address;
  std::string name = one_line(text.substr(0, begin));
  while (name.ends_with(' ')) name.pop_back();
  const auto is_word = [](char c) { return is_alphanumeric(c) || c == ' ' || c == '-'; };
  const bool quoted = name.size() > 1 && name.starts_with('"') && name.ends_with('"');
  const std::string_view inner =
      quoted ? std::string_view(name).substr(1, name.size() - 2) : std::string_view(name);
  if (std::ranges::all_of(inner, is_word)) return std::string(inner) + " <" + address + ">";
  return encoded(inner) + " <" + address + ">";
}

std::string mailboxes(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ",\r\n ") + mailbox(text);
  return all;
}

// RFC 2045 section 6.7. `text` has lines that end in LF.
std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\n') {
      out += kLineEnd;
      column = 0;
      continue;
    }
    const bool last = at + 1 == text.size() || text[at + 1] == '\n';
    const bool blank = c == ' ' || c == '\t';
    // A dot or "From " at the start of a line is what some relays would change.
    const bool first = column == 0 && (c == '.' || c == 'F');
    const bool plain = blank ? !last : c > ' ' && c < 0x7f && c != '=' && !first;
    std::string next(1, c);
    if (!plain) next = fmt::format("={:02X}", static_cast<unsigned char>(c));
    if (column + next.size() > kLineMax - 1) {
      out += "=\r\n";
      column = 0;
    }
    out += next;
    column += next.size();
  }
  if (!out.ends_with(kLineEnd)) out += kLineEnd;
  return out;
}

// The left side of an id.
std::string id_part(std::string_view text) {
  std::string part;
  for (const char c : text) part += is_alphanumeric(c) || c == '.' || c == '-' ? c : '_';
  return part.empty() ? "0" : part;
}

}  // namespace

std::string address_of(std::string_view mailbox) {
  const std::size_t begin = mailbox.rfind('<');
  if (begin != std::string_view::npos) {
    if (!mailbox.ends_with('>')) return {};
    mailbox = mailbox.substr(begin + 1, mailbox.size() - begin - 2);
  }
  // Octets above 127 are addresses of RFC 6531, which libcurl sends where SMTPUTF8 is offered.
  const auto allowed = [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f && c != '<' && c != '>' && c != ',';
  };
  const std::size_t at = mailbox.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == mailbox.size()) return {};
  return std::ranges::all_of(mailbox, allowed) ? std::string(mailbox) : std::string();
}

std::string_view domain_of(std::string_view address) {
  return address.substr(std::min(address.rfind('@') + 1, address.size()));
}

std::string sender_of(const watch::Channel& channel, std::string_view host) {
  return channel.from.empty() ? "mxsweep@" + std::string(host) : address_of(channel.from);
}

std::string make_mail(const watch::Channel& channel, const watch::Message& message,
                      std::string_view host, WallTime now) {
  const std::string place = "@" + std::string(host);
  const std::string root = "<" + id_part(message.thread) + place + ">";
  std::string mail;
  const auto add = [&mail](std::string_view name, std::string_view value) {
    mail += std::string(name) + ": " + std::string(value) + std::string(kLineEnd);
  };
  add("Date", message::write_date(std::chrono::floor<std::chrono::seconds>(now)));
  add("From", channel.from.empty() ? sender_of(channel, host) : mailbox(channel.from));
  add("To", mailboxes(channel.to));
  add_header(mail, "Subject", message.subject);
  add("Message-ID", "<" + id_part(message.identity) + place + ">");
  if (!message.thread.empty()) {
    add("In-Reply-To", root);
    add("References", root);
  }
  add("Auto-Submitted", "auto-generated");
  if (message.severity == watch::Severity::critical && !message.resolved) {
    add("Importance", "high");
  }
  add("X-Mxsweep-Incident", std::to_string(message.incident));
  add("X-Mxsweep-Severity", to_string(message.severity));
  add("MIME-Version", "1.0");
  add("Content-Type", "text/plain; charset=utf-8");
  add("Content-Transfer-Encoding", "quoted-printable");
  mail += kLineEnd;
  return mail + quoted_printable(clean(message.body));
}

}  // namespace mxsweep::deliver
