// SPDX-License-Identifier: MIT
// Mail: relay after relay until every recipient's copy was accepted or there is none left. The
// time of the attempt is shared out evenly among those that are left, so that one that hangs does
// not use up that of the others.
#include <algorithm>
#include <utility>

#include "deliver/attempt.h"
#include "deliver/mail.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::deliver {
namespace {

constexpr std::uint16_t kMailPort = 25;
constexpr Duration kRelayLeast = std::chrono::milliseconds{500};  // For one relay.

Security security_of(watch::Relaying tls, bool login) {
  switch (tls) {
    // A password is never sent in clear.
    case watch::Relaying::starttls_if_offered:
      return login ? Security::required : Security::offered;
    case watch::Relaying::starttls: return Security::required;
    case watch::Relaying::implicit: break;
  }
  return Security::implicit;
}

}  // namespace

void MailAttempt::start(Instant /*now*/, WallTime wall) {
  Answer answer;
  answer.permanent = true;
  if (recipients_.empty() || channel_.relays.empty()) {
    answer.text = "kind 'mail' needs 'to' and 'relays'";
    tally_.add("", std::move(answer));
    done_ = true;
    return;
  }
  for (const std::string& recipient : recipients_) {
    addresses_[recipient] = address_of(recipient);
    if (!addresses_[recipient].empty()) continue;
    answer.text = "'" + recipient + "' is not a mail address";
    tally_.add(recipient, answer);
  }
  if (sender_of(channel_, means_.host).empty()) {
    answer.text = "'" + channel_.from + "' is not a mail address";
    return conclude(std::move(answer));
  }
  mail_ = std::make_shared<const std::string>(make_mail(channel_, message_, means_.host, wall));
  next();
}

// A transfer ends by itself in time; a look-up does not.
Instant MailAttempt::deadline() const {
  return done_ || look_ups_ == 0 ? kNever : began_ + channel_.timeout;
}

void MailAttempt::on_time(Instant now) {
  if (now < deadline()) return;
  alive_.reset();
  Answer answer;
  answer.text = "the look-up of the recipient's mail servers takes too long";
  conclude(std::move(answer));
}

MailHop MailAttempt::hop_to(const watch::Relay& relay) const {
  MailHop hop;
  hop.host = relay.host;
  hop.port = relay.port;
  const bool direct = relay.host.empty();
  // The default of relays is not the port of an MX.
  if (direct && relay.port == watch::Relay().port) hop.port = kMailPort;
  const bool login = !direct && !channel_.user.empty();
  hop.security = security_of(relay.tls, login);
  // Without a login, encryption to anyone is better than none (RFC 7435).
  hop.verify = hop.security != Security::offered;
  if (login) {
    hop.user = channel_.user;
    hop.password = channel_.password.reveal();
  }
  hop.helo = means_.host;
  hop.sender = sender_of(channel_, means_.host);
  hop.mail = mail_;
  return hop;
}

// Fills hops_, at once or by and by. False: there are no more relays.
bool MailAttempt::next_relay(Instant now) {
  if (relay_ == channel_.relays.size()) return false;
  const watch::Relay relay = channel_.relays[relay_++];
  if (!relay.host.empty()) {
    MailHop& hop = hops_.emplace_back(hop_to(relay));
    hop.recipients = recipients_;
    return true;
  }
  std::map<std::string, std::vector<std::string>> domains;
  for (const std::string& recipient : still_open(recipients_)) {
    domains[std::string(domain_of(addresses_[recipient]))].push_back(recipient);
  }
  look_ups_ = domains.size();
  for (const auto& [domain, recipients] : domains) {
    means_.mx.find(
        domain,
        [this, alive = std::weak_ptr<const bool>(alive_), relay,
         its = recipients](const Exchanges& exchanges) {
          if (alive.expired()) return;
          add_exchanges(relay, its, exchanges);
          if (--look_ups_ == 0) next();
        },
        now);
  }
  return true;
}

void MailAttempt::add_exchanges(const watch::Relay& relay,
                                const std::vector<std::string>& recipients,
                                const Exchanges& exchanges) {
  for (const Exchange& exchange : exchanges.servers) {
    MailHop& hop = hops_.emplace_back(hop_to(relay));
    hop.host = exchange.host;
    hop.address = exchange.address;
    hop.recipients = recipients;
  }
  if (!exchanges.servers.empty()) return;
  for (const std::string& recipient : recipients) {
    Answer answer;
    answer.text = "MX of " + std::string(domain_of(addresses_[recipient])) + ": " + exchanges.error;
    tally_.add(recipient, std::move(answer));
  }
}

std::vector<std::string> MailAttempt::still_open(std::vector<std::string> recipients) const {
  const std::vector<std::string> open = tally_.open();
  std::erase_if(recipients, [&](const std::string& recipient) {
    return addresses_.at(recipient).empty() || std::ranges::find(open, recipient) == open.end();
  });
  return recipients;
}

void MailAttempt::next() {
  const Instant now = ring::now();
  while (!still_open(recipients_).empty()) {
    if (hops_.empty()) {
      if (!next_relay(now)) break;
      if (look_ups_ > 0) return;
      continue;
    }
    MailHop hop = std::move(hops_.front());
    hops_.pop_front();
    hop.recipients = still_open(std::move(hop.recipients));
    if (!hop.recipients.empty()) return talk(std::move(hop), now);
  }
  done_ = true;
}

void MailAttempt::talk(MailHop&& hop, Instant now) {
  const auto left = static_cast<int>(hops_.size() + channel_.relays.size() - relay_ + 1);
  const Duration longest = std::max((began_ + channel_.timeout - now) / left, kRelayLeast);
  MailHop envelope = hop;
  for (std::string& recipient : envelope.recipients) recipient = addresses_.at(recipient);
  means_.transfers.start(
      std::make_unique<Transfer>(std::move(envelope), ca_file(means_), longest),
      [this, hop = std::move(hop)](const Transfer::Outcome& outcome) { on_outcome(hop, outcome); });
}

void MailAttempt::on_outcome(const MailHop& hop, const Transfer::Outcome& outcome) {
  if (outcome.tls_failed && hop.security == Security::offered) {
    // Its TLS is broken. Mail that tells of trouble rather goes in clear than not at all.
    hops_.push_front(hop);
    hops_.front().security = Security::none;
    return next();
  }
  for (std::size_t at = 0; at < hop.recipients.size(); ++at) {
    tally_.add(hop.recipients[at], outcome.recipients[at]);
  }
  next();
}

}  // namespace mxsweep::deliver
