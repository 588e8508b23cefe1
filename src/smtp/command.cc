// SPDX-License-Identifier: MIT
#include "mxsweep/smtp/command.h"

#include <utility>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/host_name.h"

namespace mxsweep::smtp {
namespace {

// RFC 5321 section 4.5.3.1.2 allows 255 octets. An address without its brackets passes for a name.
constexpr HostNameRule kRule{.octets_max = 255, .digits_at_end = true};

bool is_address_literal(std::string_view name) {
  if (name.size() < 4 || name.front() != '[' || name.back() != ']') return false;
  for (const char c : name.substr(1, name.size() - 2)) {
    if (!is_alphanumeric(c) && c != '.' && c != ':') return false;
  }
  return true;
}

// RFC 5321 section 4.1.2 (Dot-string) and section 4.5.3.1.1.
constexpr std::size_t kLocalPartMost = 64;

constexpr bool is_atom_octet(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-/=?^_`{|}~";
  return is_alphanumeric(c) || kOthers.find(c) != std::string_view::npos;
}

bool is_dot_string(std::string_view local) {
  if (local.empty() || local.front() == '.' || local.back() == '.') return false;
  for (std::size_t i = 0; i < local.size(); ++i) {
    if (local[i] == '.' ? local[i - 1] == '.' : !is_atom_octet(local[i])) return false;
  }
  return true;
}

std::string line(std::string_view verb, std::string_view argument, std::string_view rest = {}) {
  std::string text(verb);
  return text.append(argument).append(rest).append("\r\n");
}

}  // namespace

Commands::Commands(std::string_view helo_name, const Envelope& envelope) {
  const auto set = [this](Command command, std::string text) {
    texts_[static_cast<std::size_t>(command)] = std::move(text);
  };
  set(Command::ehlo, line("EHLO ", helo_name));
  set(Command::helo, line("HELO ", helo_name));
  set(Command::starttls, line("STARTTLS", ""));
  set(Command::mail, line("MAIL FROM:<>", ""));
  set(Command::mail_with_size, line("MAIL FROM:<> SIZE=", std::to_string(envelope.octets)));
  set(Command::rcpt, line("RCPT TO:<", envelope.recipient, ">"));
  set(Command::relay, line("RCPT TO:<", envelope.foreign_recipient, ">"));
  set(Command::rset, line("RSET", ""));
  set(Command::quit, line("QUIT", ""));
}

Status check_mailbox(std::string_view mailbox) {
  const std::size_t at = mailbox.rfind('@');
  if (at == std::string_view::npos) return Status::unusable("it has no @");
  if (at > kLocalPartMost) return Status::unusable("more than 64 octets before the @");
  if (!is_dot_string(mailbox.substr(0, at))) {
    return Status::unusable(
        "before the @ only letters, digits, !#$%&'*+-/=?^_`{|}~ and single "
        "dots are allowed");
  }
  return check_helo_name(mailbox.substr(at + 1)).behind("its domain");
}

Status check_helo_name(std::string_view name) {
  if (is_address_literal(name)) return {};
  const HostNameScan scan = scan_host_name(name, kRule);
  const auto has = [&scan](HostNameFault fault) { return scan.faults.has(fault); };
  if (has(HostNameFault::empty) || has(HostNameFault::name_too_long)) {
    return Status::unusable("it must be 1 to 255 octets long");
  }
  if (has(HostNameFault::empty_label) || has(HostNameFault::label_too_long)) {
    return Status::unusable("a label is empty or too long");
  }
  if (has(HostNameFault::hyphen_outside)) {
    return Status::unusable("a label begins or ends with a hyphen");
  }
  if (has(HostNameFault::character)) {
    return Status::unusable("only letters, digits, hyphens and dots are allowed");
  }
  if (scan.labels < 2) return Status::unusable("it is not fully qualified (no dot)");
  return {};
}

}  // namespace mxsweep::smtp
