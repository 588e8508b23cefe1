// SPDX-License-Identifier: MIT
#include "cli/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>

#include "cli/certificate_words.h"
#include "mxsweep/core/host_name.h"
#include "mxsweep/files/content.h"
#include "mxsweep/software/software.h"
#include "mxsweep/targets/reader.h"

namespace mxsweep::cli {
namespace {

// The machine's own name if it is valid in EHLO, else empty.
std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  const std::string host = name.data();
  return smtp::check_helo_name(host).ok() ? host : std::string();
}

// "192.0.2.53", "192.0.2.53:5353", "[2001:db8::53]:53": as in a list of targets.
std::optional<dns::Server> parse_server(const std::string& text) {
  constexpr std::uint16_t kDnsPort = 53;
  targets::Reader reader({kDnsPort}, {.header_row = false});
  targets::Target target;
  targets::BadLine bad;
  reader.feed(text);
  reader.finish();
  const bool read = reader.next(target, bad) == targets::Reader::Next::target;
  const bool one = read && target.address.family != Family::none && target.name().empty() &&
                   target.tls == targets::TlsMode::from_flags;
  if (!one || reader.next(target, bad) != targets::Reader::Next::end) return std::nullopt;
  return dns::Server{target.address, target.port};
}

// The built-in table, and before it the user's own; empty: there is none.
Result<std::shared_ptr<const software::Table>> read_table(const std::string& path) {
  auto table = std::make_shared<software::Table>();
  if (!path.empty()) {
    const Result<std::string> text = files::read_text(path, software::kTableOctetsMax);
    if (!text.ok()) return text.status().behind("--fingerprints");
    if (const Status added = table->add(*text); !added.ok()) {
      return added.behind("--fingerprints " + path);
    }
  }
  return std::shared_ptr<const software::Table>(std::move(table));
}

constexpr std::uint64_t kMailSizeMost = 1ULL << 40U;

// Its domain need not have that mailbox: no message is sent.
constexpr std::string_view kForeignMailbox = "relay-test@";

}  // namespace

void ConversationFlags::add_trust(Command& command) {
  command.add_text("--ca-file", "FILE", ca_file,
                   "Trust the authorities in this file (PEM) instead of the system's [the system's "
                   "store]");
  command.add_text("--ca-path", "DIRECTORY", ca_path,
                   "The same for every file in a directory [the system's store]");
}

void ConversationFlags::add_identity(Command& command) {
  command.add_text("--helo", "NAME", helo,
                   "Name to send in EHLO: a fully qualified host name that resolves to this "
                   "machine [the machine's own name]");
}

void ConversationFlags::add_to(Command& command) {
  add_identity(command);
  command.add_choice("--protocol", "NAME", protocol, kProtocols,
                     "auto: IMAP on ports 143 and 993, POP3 on 110 and 995, else SMTP; smtp, imap "
                     "or pop3: that one on every port. A target may name its own");
  command.add_choice(
      "--depth", "PHASE", depth, kDepths,
      "How far to go: connect, greeting, ehlo or tls; on servers of one's own (--own) "
      "also mail (MAIL FROM:<> with the size of a message, which shows a full disk) "
      "or rcpt (RCPT TO as well, which shows what is refused until then). No message "
      "is sent: RSET ends it");
  command
      .add_number("--mail-size", "OCTETS", mail_size, 1, kMailSizeMost,
                  "With --depth mail or rcpt, the size that MAIL FROM announces, if the server "
                  "offers SIZE")
      .shows(std::to_string(mail_size));
  command.add_text("--rcpt-to", "MAILBOX", recipient,
                   "With --depth rcpt, a recipient that the server should accept");
  command.add_text("--relay-test", "DOMAIN", relay_domain,
                   "With --depth rcpt, ask after that for a recipient of this domain, which must "
                   "not be the server's: one that accepts it is an open relay");
  command.add_choice(
      "--tls", "MODE", tls, kTlsModes,
      "auto: implicit TLS on ports 465, 993 and 995, else STARTTLS if it is offered; starttls: "
      "degraded if it is not offered; implicit: TLS from the start; off: no TLS");
  command.add_choice("--tls-min", "VERSION", tls_min, kTlsVersions,
                     "The oldest TLS version to accept");
  command.add_text("--ciphers", "PRIORITY", ciphers,
                   "What to offer, as a GnuTLS priority string, such as NORMAL or "
                   "SECURE192:-VERS-TLS1.2 [everything that the library supports]");
  add_trust(command);
  command.add_flag("--require-valid", require_valid,
                   "Report a server as degraded if its certificate has expired, is for another "
                   "name or is not trusted");
  command.add_text("--fingerprints", "FILE", fingerprints,
                   "Know more products by this table, which is searched before the built-in one "
                   "(docs/software.md) [the built-in one alone]");
  command.add_duration("--connect-timeout", defaults.connect_timeout,
                       "Time limit for the TCP connection");
  command.add_duration("--greeting-timeout", defaults.greeting_timeout,
                       "Time limit for the whole greeting; some servers delay it by 20 s");
  command.add_duration("--command-timeout", defaults.command_timeout,
                       "Time limit for the whole reply to a command");
  command.add_duration("--tls-timeout", defaults.tls_timeout,
                       "Time limit for the whole TLS handshake");
  command.add_duration("--session-timeout", defaults.session_timeout,
                       "Time limit for the whole conversation");
}

Flag& ConversationFlags::add_survey(Command& command, std::string_view what) {
  Flag& all = command.add_flag("--tls-enumerate", enumerate, std::string(what));
  command
      .add_texts("--sni", "NAME", server_names,
                 "With --tls-enumerate, also ask for the certificate for this name. May be "
                 "repeated")
      .needs(all);
  return all;
}

// What is inconsistent in the flags of a survey.
Status ConversationFlags::check_survey() const {
  for (const std::string& name : server_names) {
    if (!scan_host_name(name, {.underscore = true}).faults.empty())
      return Status::unusable(fmt::format("--sni: '{}' is not a host name", printable(name)));
  }
  if (enumerate && (depth < probe::Depth::tls || tls == targets::TlsMode::off))
    return Status::unusable("--tls-enumerate needs TLS, and other flags leave it out");
  return {};
}

std::string ConversationFlags::helo_name() const { return helo.empty() ? machine_name() : helo; }

// What is wrong with the flags of a mail transaction.
Status ConversationFlags::check_envelope() const {
  const bool to_rcpt = depth == probe::Depth::rcpt;
  if (to_rcpt && recipient.empty()) {
    return Status::unusable(
        "--depth rcpt needs a recipient that the server should accept: --rcpt-to MAILBOX");
  }
  if (!to_rcpt && !(recipient.empty() && relay_domain.empty())) {
    return Status::unusable("--rcpt-to and --relay-test are for --depth rcpt");
  }
  if (!recipient.empty()) {
    if (const Status checked = smtp::check_mailbox(recipient); !checked.ok()) {
      return checked.behind("--rcpt-to " + printable(recipient));
    }
  }
  if (!relay_domain.empty()) {
    const std::string mailbox = std::string(kForeignMailbox) + relay_domain;
    if (const Status checked = smtp::check_mailbox(mailbox); !checked.ok()) {
      return checked.behind("--relay-test " + printable(relay_domain));
    }
  }
  return {};
}

Result<probe::Plan> ConversationFlags::plan() const {
  const std::string name = helo_name();
  if (name.empty()) {
    return Status::unusable(
        "this machine has no fully qualified name to send in EHLO; give one with --helo NAME");
  }
  if (const Status checked = smtp::check_helo_name(name); !checked.ok()) {
    return checked.behind("--helo " + name);
  }
  if (const Status checked = check_envelope(); !checked.ok()) return checked;
  smtp::Envelope envelope{.octets = mail_size, .recipient = recipient, .foreign_recipient = {}};
  if (!relay_domain.empty()) {
    envelope.foreign_recipient = std::string(kForeignMailbox) + relay_domain;
  }
  probe::Plan plan(name, envelope);
  plan.connect_timeout = defaults.connect_timeout;
  plan.greeting_timeout = defaults.greeting_timeout;
  plan.command_timeout = defaults.command_timeout;
  plan.quit_timeout = std::min(defaults.quit_timeout, defaults.command_timeout);
  plan.tls_timeout = defaults.tls_timeout;
  plan.session_timeout = defaults.session_timeout;
  plan.require_valid = require_valid;
  plan.protocol = protocol;
  plan.tls_mode = tls;
  plan.chain_detail = chain;
  plan.depth = relay_domain.empty() ? depth : probe::Depth::relay;
  Result<std::shared_ptr<const software::Table>> table = read_table(fingerprints);
  if (!table.ok()) return table.status();
  plan.software = *std::move(table);
  return plan;
}

void NameFlags::add_to(Command& command) {
  command.add_list(
      "--resolver", "IP[:PORT],...",
      [this](const std::string& text) {
        if (!parse_server(text)) {
          return Status::unusable("'" + printable(text) +
                                  "' is not an address with or without a port");
        }
        if (std::ranges::find(resolvers, text) != resolvers.end()) {
          return Status::unusable(text + " is given twice");
        }
        resolvers.push_back(text);
        return Status();
      },
      "Use these DNS servers, which are tried in turn [the system's]");
  const Flag& four =
      command.add_flag("-4,--ipv4", ipv4_only, "Use only the IPv4 addresses of names");
  command.add_flag("-6,--ipv6", ipv6_only, "Use only the IPv6 addresses of names").excludes(four);
  command.add_flag("--one-address", one_address,
                   "Use one address of each name: its first IPv4 address or, if it has none, its "
                   "first IPv6 address");
}

names::NameOptions NameFlags::options() const {
  names::NameOptions options;
  for (const std::string& text : resolvers) {
    options.resolver.servers.push_back(*parse_server(text));
  }
  options.resolver.seed = std::random_device{}();
  options.route.ipv4 = !ipv6_only;
  options.route.ipv6 = !ipv4_only;
  options.route.one_address = one_address;
  return options;
}

tls::ClientOptions ConversationFlags::tls_options(const files::TrustStore& trust) const {
  tls::ClientOptions options;
  options.version_min = tls_min;
  options.ciphers = ciphers;
  options.authorities = trust.authorities;
  return options;
}

}  // namespace mxsweep::cli
