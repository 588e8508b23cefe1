// SPDX-License-Identifier: MIT
#include "probe/comparisons.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>

#include "mxsweep/core/ascii.h"
#include "mxsweep/smtp/capabilities.h"
#include "mxsweep/smtp/greeting.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::probe {
namespace {

// Real servers list up to 30. Longer lists are not compared, so that two hostile ones cost no more.
constexpr std::size_t kExtensionsComparedMax = 48;

// Certificates that are made one after the other, each for so many days, end seconds apart.
constexpr std::chrono::days kEndsApart{1};

using Names = std::array<std::string_view, 3>;  // Empty: none.

bool may_be_in_name(char octet) {
  return is_alphanumeric(octet) || octet == '-' || octet == '_' || octet == '.';
}

// Only names with a domain are compared: "localhost" and "mx1" are habits. An address is no name:
// it has no letter after its last dot.
std::string_view full_name(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::size_t dot = host.rfind('.');
  if (dot == host.npos || !std::all_of(host.begin(), host.end(), may_be_in_name)) return {};
  const std::string_view last = host.substr(dot + 1);
  const bool is_name = std::any_of(last.begin(), last.end(), [](char octet) {
    return is_alphanumeric(octet) && !is_digit(octet);
  });
  return is_name ? host : std::string_view();
}

// Of the greeting, the reply to EHLO, and that under TLS; as they are given.
Names hosts_in(const Compared& replies) {
  Names hosts;
  smtp::ReplyLines lines(replies.greeting);
  std::string_view line;
  if (lines.next(line)) hosts[0] = smtp::host_of_greeting(line);
  hosts[1] = smtp::Capabilities(replies.ehlo).host();
  hosts[2] = smtp::Capabilities(replies.ehlo_tls).host();
  return hosts;
}

// Most servers give the same name each time.
Names names_of(const Names& hosts) {
  Names names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = i > 0 && hosts[i] == hosts[i - 1] ? names[i - 1] : full_name(hosts[i]);
  }
  return names;
}

bool has_two(const Names& names) {
  std::string_view first;
  for (const std::string_view name : names) {
    if (name.empty()) continue;
    if (first.empty()) first = name;
    if (name != first && !smtp::same_keyword(name, first)) return true;
  }
  return false;
}

bool is_any_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [word](std::string_view one) { return smtp::same_keyword(word, one); });
}

// What a keyword of a reply to EHLO means here.
enum class Kind : std::uint8_t { same_under_tls, may_depend_on_tls, starttls, auth };

// By design, some are listed in clear text only or under TLS only: what begins TLS (STARTTLS), what
// needs it (REQUIRETLS, RFC 8689), and logging in, with what needs a login (BURL, RFC 4468).
// Extensions with an X are a matter between servers of one kind: Exchange lists X-ANONYMOUSTLS,
// XRDST and others to servers that may use them.
Kind kind_of(std::string_view keyword) {
  switch (lower(keyword.front())) {
    case 'x': return Kind::may_depend_on_tls;
    case 'a': return is_any_of(keyword, {"AUTH", "AUTH="}) ? Kind::auth : Kind::same_under_tls;
    case 'b': return is_any_of(keyword, {"BURL"}) ? Kind::may_depend_on_tls : Kind::same_under_tls;
    case 'r':
      return is_any_of(keyword, {"REQUIRETLS"}) ? Kind::may_depend_on_tls : Kind::same_under_tls;
    case 's': return is_any_of(keyword, {"STARTTLS"}) ? Kind::starttls : Kind::same_under_tls;
    default: return Kind::same_under_tls;
  }
}

// Whether one of the mechanisms sends the password, or the token that stands for it, as it is.
bool exposes_password(std::string_view mechanisms) {
  constexpr std::string_view kBlanks = " \t";
  while (!mechanisms.empty()) {
    const std::string_view word = mechanisms.substr(0, mechanisms.find_first_of(kBlanks));
    if (is_any_of(word, {"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"})) return true;
    mechanisms.remove_prefix(std::min(word.size() + 1, mechanisms.size()));
  }
  return false;
}

// The lines of a list behind the first one.
class ListLines {
 public:
  explicit ListLines(std::string_view ehlo) : lines_(ehlo) {
    std::string_view host;
    static_cast<void>(lines_.next(host));
    advance();
  }
  void advance() { more_ = lines_.next(line); }
  [[nodiscard]] bool more() const { return more_; }
  [[nodiscard]] std::string_view behind() const { return lines_.rest(); }

  std::string_view line;

 private:
  smtp::ReplyLines lines_;
  bool more_ = false;
};

// What a list, or a line of it, offers of what depends on TLS.
struct Offer {
  bool passwords = false;
  bool starttls = false;

  Offer& operator|=(const Offer& other) {
    passwords |= other.passwords;
    starttls |= other.starttls;
    return *this;
  }
};

// Only these letters begin keywords that depend on TLS (kind_of()); anything else is no keyword.
bool may_depend(std::string_view line) {
  constexpr std::string_view kFirst = "aAbBrRsSxX \t";
  return line.empty() || kFirst.find(line.front()) != kFirst.npos;
}

// Nothing: the line does not depend on TLS.
std::optional<Offer> dependent(std::string_view line) {
  if (!may_depend(line)) return std::nullopt;
  smtp::Capability capability;
  if (!smtp::read_capability(line, capability)) return Offer{};
  switch (kind_of(capability.keyword)) {
    case Kind::same_under_tls: return std::nullopt;
    case Kind::may_depend_on_tls: return Offer{};
    case Kind::starttls: return Offer{.starttls = true};
    case Kind::auth: break;
  }
  return Offer{.passwords = exposes_password(capability.parameters)};
}

Offer offer_of(ListLines list) {
  Offer offer;
  for (; list.more(); list.advance()) offer |= dependent(list.line).value_or(Offer{});
  return offer;
}

// Both, of lists with the same extensions, but for what depends on TLS.
struct Offers {
  Offer in_clear;
  Offer under_tls;
};

// Lists that agree do so behind their first or second difference. More often the rests are not
// compared, so that hostile lists cost no more.
constexpr int kRestsComparedMax = 2;

// Most servers list the same under TLS, in the same order. Nothing: this one does not, so that the
// lists must be compared as sets.
std::optional<Offers> agreeing(std::string_view ehlo, std::string_view ehlo_tls) {
  Offers offers;
  int rests_compared = 0;
  ListLines first(ehlo);
  ListLines second(ehlo_tls);
  while (first.more() || second.more()) {
    const bool same = first.more() && second.more() && first.line == second.line;
    if (same && first.behind().size() == second.behind().size() &&
        rests_compared++ < kRestsComparedMax && first.behind() == second.behind()) {
      const Offer rest = offer_of(first);
      offers.in_clear |= rest;
      offers.under_tls |= rest;
      return offers;
    }
    if (same && !may_depend(first.line)) {
      first.advance();
      second.advance();
      continue;
    }
    const std::optional<Offer> one = first.more() ? dependent(first.line) : std::optional<Offer>();
    if (one) {
      offers.in_clear |= *one;
      first.advance();
      continue;
    }
    const std::optional<Offer> other =
        second.more() ? dependent(second.line) : std::optional<Offer>();
    if (other) {
      offers.under_tls |= *other;
      second.advance();
      continue;
    }
    if (!same) return std::nullopt;
    first.advance();
    second.advance();
  }
  return offers;
}

// The extensions of a reply to EHLO that do not depend on TLS.
class Extensions {
 public:
  explicit Extensions(std::string_view ehlo) {
    smtp::Capabilities capabilities(ehlo);
    for (smtp::Capability capability; capabilities.next(capability);) {
      if (kind_of(capability.keyword) != Kind::same_under_tls) continue;
      cut_ = size_ == keywords_.size();
      if (!cut_) keywords_[size_++] = capability.keyword;
    }
  }

  [[nodiscard]] bool is_whole() const { return !cut_; }
  [[nodiscard]] bool has_all_of(const Extensions& other) const {
    std::size_t place = 0;  // Both lists nearly always have the same order.
    for (std::size_t i = 0; i < other.size_; ++i) {
      for (std::size_t tried = 0;; ++tried, ++place) {
        if (tried == size_) return false;
        if (place >= size_) place = 0;
        if (are_same(keywords_[place], other.keywords_[i])) break;
      }
      ++place;
    }
    return true;
  }

 private:
  // Most servers also use the same letters.
  [[nodiscard]] static bool are_same(std::string_view one, std::string_view other) {
    return one == other || smtp::same_keyword(one, other);
  }

  std::array<std::string_view, kExtensionsComparedMax> keywords_;
  std::size_t size_ = 0;
  bool cut_ = false;
};

}  // namespace

AnomalySet compare(const Compared& replies) {
  AnomalySet found;
  const auto add_if = [&found](bool is_so, Anomaly anomaly) {
    if (is_so) found.add(anomaly);
  };
  const Names hosts = hosts_in(replies);
  add_if(has_two(names_of(hosts)), Anomaly::two_names);
  if (replies.ehlo.empty()) return found;
  if (replies.secured) {
    add_if(offer_of(ListLines(replies.ehlo)).starttls, Anomaly::starttls_under_tls);
    return found;
  }
  if (hosts[2].empty()) {  // Without a host under TLS there is no list, or none at all.
    add_if(offer_of(ListLines(replies.ehlo)).passwords, Anomaly::auth_in_clear);
    return found;
  }
  const std::optional<Offers> agreed = agreeing(replies.ehlo, replies.ehlo_tls);
  const Offers offers = agreed ? *agreed
                               : Offers{.in_clear = offer_of(ListLines(replies.ehlo)),
                                        .under_tls = offer_of(ListLines(replies.ehlo_tls))};
  add_if(offers.in_clear.passwords, Anomaly::auth_in_clear);
  add_if(offers.under_tls.starttls, Anomaly::starttls_under_tls);
  if (agreed) return found;
  const Extensions first(replies.ehlo);
  const Extensions under_tls(replies.ehlo_tls);
  if (!first.is_whole() || !under_tls.is_whole()) return found;
  add_if(!under_tls.has_all_of(first), Anomaly::extension_lost_under_tls);
  add_if(!first.has_all_of(under_tls), Anomaly::extension_gained_under_tls);
  return found;
}

bool has_other_name(const Compared& replies, std::string_view name) {
  name = full_name(name);
  if (name.empty()) return false;
  const Names names = names_of(hosts_in(replies));
  const auto is_given = [](std::string_view one) { return !one.empty(); };
  return std::any_of(names.begin(), names.end(), is_given) &&
         std::none_of(names.begin(), names.end(),
                      [name](std::string_view one) { return smtp::same_keyword(one, name); });
}

bool issuer_ends_first(const tls::Chain& chain) {
  if (!chain.expiry) return false;
  const tls::Certificate& own = chain.certificates.front();
  return chain.expiry->sha256 != own.sha256 && chain.expiry->at + kEndsApart <= own.not_after;
}

}  // namespace mxsweep::probe
