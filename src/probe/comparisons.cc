// SPDX-License-Identifier: MIT
#include "probe/comparisons.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <initializer_list>

#include "mxsweep/core/ascii.h"
#include "mxsweep/smtp/capabilities.h"
#include "mxsweep/smtp/greeting.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::probe {
namespace {

// Real servers list up to 30. Longer lists are not compared, so that two hostile ones cost no more.
constexpr std::size_t kExtensionsComparedMax = 64;

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

Names names_in(const Compared& replies) {
  Names names;
  smtp::ReplyLines lines(replies.greeting);
  std::string_view line;
  if (lines.next(line)) names[0] = full_name(smtp::host_of_greeting(line));
  names[1] = full_name(smtp::Capabilities(replies.ehlo).host());
  names[2] = full_name(smtp::Capabilities(replies.ehlo_tls).host());
  return names;
}

bool has_two(const Names& names) {
  std::string_view first;
  for (const std::string_view name : names) {
    if (name.empty()) continue;
    if (first.empty()) first = name;
    if (!smtp::same_keyword(name, first)) return true;
  }
  return false;
}

bool is_any_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [word](std::string_view one) { return smtp::same_keyword(word, one); });
}

// Whether servers list it in clear text only, or under TLS only, by design: what begins TLS
// ("STARTTLS", Exchange's "X-ANONYMOUSTLS"), what needs it (REQUIRETLS, RFC 8689), and logging in,
// with what needs a login (BURL, RFC 4468). Extensions with an X are a matter between servers of
// one kind: Exchange lists X-EXPS, XRDST and others to servers that it trusts.
bool may_depend_on_tls(std::string_view keyword) {
  return lower(keyword.front()) == 'x' ||
         is_any_of(keyword, {"STARTTLS", "REQUIRETLS", "AUTH", "AUTH=", "BURL"});
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

// What a reply to EHLO offers.
class Offer {
 public:
  explicit Offer(std::string_view ehlo) {
    smtp::Capabilities capabilities(ehlo);
    for (smtp::Capability capability; capabilities.next(capability);) add(capability);
  }

  [[nodiscard]] bool has_starttls() const { return starttls_; }
  [[nodiscard]] bool exposes_passwords() const { return passwords_; }
  [[nodiscard]] bool is_whole() const { return !cut_; }
  // Of the extensions that do not depend on TLS.
  [[nodiscard]] bool has_all_of(const Offer& other) const {
    std::size_t place = 0;  // Both lists nearly always have the same order.
    for (std::size_t i = 0; i < other.size_; ++i) {
      std::size_t tried = 0;
      while (tried < size_ && !smtp::same_keyword(keywords_[place], other.keywords_[i])) {
        place = (place + 1) % size_;
        ++tried;
      }
      if (tried == size_) return false;
    }
    return true;
  }

 private:
  void add(const smtp::Capability& capability) {
    starttls_ = starttls_ || smtp::same_keyword(capability.keyword, "STARTTLS");
    passwords_ = passwords_ || (is_any_of(capability.keyword, {"AUTH", "AUTH="}) &&
                                exposes_password(capability.parameters));
    if (may_depend_on_tls(capability.keyword)) return;
    cut_ = size_ == keywords_.size();
    if (!cut_) keywords_[size_++] = capability.keyword;
  }

  std::array<std::string_view, kExtensionsComparedMax> keywords_;
  std::size_t size_ = 0;
  bool cut_ = false;
  bool starttls_ = false;
  bool passwords_ = false;
};

}  // namespace

AnomalySet compare(const Compared& replies) {
  AnomalySet found;
  const auto add_if = [&found](bool is_so, Anomaly anomaly) {
    if (is_so) found.add(anomaly);
  };
  add_if(has_two(names_in(replies)), Anomaly::two_names);
  if (replies.ehlo.empty()) return found;
  const Offer first(replies.ehlo);
  if (replies.secured) {
    add_if(first.has_starttls(), Anomaly::starttls_under_tls);
    return found;
  }
  add_if(first.exposes_passwords(), Anomaly::auth_in_clear);
  if (smtp::Capabilities(replies.ehlo_tls).host().empty())
    return found;  // No list, or none at all.
  const Offer under_tls(replies.ehlo_tls);
  add_if(under_tls.has_starttls(), Anomaly::starttls_under_tls);
  if (!first.is_whole() || !under_tls.is_whole()) return found;
  add_if(!under_tls.has_all_of(first), Anomaly::extension_lost_under_tls);
  add_if(!first.has_all_of(under_tls), Anomaly::extension_gained_under_tls);
  return found;
}

bool has_other_name(const Compared& replies, std::string_view name) {
  name = full_name(name);
  if (name.empty()) return false;
  const Names names = names_in(replies);
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
