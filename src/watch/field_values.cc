// SPDX-License-Identifier: MIT
#include "watch/field_values.h"

#include <algorithm>
#include <array>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/imap/capabilities.h"
#include "mxsweep/pop3/capabilities.h"
#include "mxsweep/smtp/capabilities.h"
#include "watch/greeting_software.h"

namespace mxsweep::watch {
namespace {

constexpr std::size_t kKeywordsMax = 64;  // Real servers offer up to 30.

// Text on the stack: values are made of each result.
class Text {
 public:
  void add(char octet) {
    if (size_ < octets_.size()) octets_[size_++] = octet;
  }
  void add(std::string_view part) {
    part = part.substr(0, octets_.size() - size_);
    part.copy(octets_.data() + size_, part.size());
    size_ += part.size();
  }
  [[nodiscard]] std::string_view view() const { return {octets_.data(), size_}; }

 private:
  std::array<char, kValueOctetsMax> octets_;
  std::size_t size_ = 0;
};

bool before(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, {}, lower, lower);
}

template <typename Capabilities>
void write_extensions(Capabilities capabilities, Text& text) {
  std::array<std::string_view, kKeywordsMax> keywords;
  std::size_t count = 0;
  Capability capability;
  while (count < kKeywordsMax && capabilities.next(capability)) {
    // It is a field of its own.
    if (!smtp::same_keyword(capability.keyword, "STARTTLS") &&
        !smtp::same_keyword(capability.keyword, "STLS")) {
      keywords[count++] = capability.keyword;
    }
  }
  const auto end = keywords.begin() + static_cast<std::ptrdiff_t>(count);
  std::sort(keywords.begin(), end, before);
  std::string_view last;
  for (auto keyword = keywords.begin(); keyword != end; ++keyword) {
    if (smtp::same_keyword(*keyword, last)) continue;
    last = *keyword;
    if (!text.view().empty()) text.add(' ');
    for (const char octet : *keyword) text.add(upper(octet));
  }
}

// Whether the server has said what it offers; SMTP's HELO asks for nothing.
bool write_offers(const results::Record& record, Text& text) {
  const results::ReplyText& reply = record.replies[Phase::ehlo];
  switch (reply.protocol) {
    case Protocol::smtp:
      if (reply.code != 250) return false;
      if (record.verb == results::Verb::ehlo) {
        write_extensions(smtp::Capabilities(reply.octets), text);
      }
      return true;
    case Protocol::imap:
      if (reply.code != static_cast<int>(imap::Status::ok)) return false;
      write_extensions(imap::Capabilities(reply.octets), text);
      return true;
    case Protocol::pop3:
      if (reply.code != static_cast<int>(pop3::Status::ok)) return false;
      write_extensions(pop3::Capabilities(reply.octets), text);
      return true;
  }
  return false;
}

void write_hexadecimal(const tls::Digest& digest, Text& text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  for (const std::uint8_t octet : digest) {
    text.add(kDigits[octet >> 4U]);
    text.add(kDigits[octet & 0xfU]);
  }
}

void visit_tls(const tls::Facts& facts, const VisitValue& visit) {
  if (!facts.session.cipher.empty()) {
    Text text;
    text.add(facts.session.version);
    if (!facts.session.group.empty()) text.add(' ');
    text.add(facts.session.group);
    visit(Field::tls, text.view());
  }
  if (facts.chain == nullptr || facts.chain->certificates.empty()) return;
  const tls::Certificate& leaf = facts.chain->certificates.front();
  if (leaf.key.empty()) return;  // It could not be parsed.
  Text text;
  write_hexadecimal(leaf.spki_sha256, text);
  visit(Field::certificate, text.view());
  visit(Field::issuer, leaf.issuer);
}

}  // namespace

std::string_view to_string(Field field) {
  switch (field) {
    case Field::greeting: return "greeting";
    case Field::extensions: return "extensions";
    case Field::starttls: return "starttls";
    case Field::tls: return "tls";
    case Field::certificate: return "certificate";
    case Field::issuer: return "issuer";
    case Field::addresses: return "address";
    case Field::mx: return "mx";
  }
  INVARIANT(false);  // Not a value of Field.
  return {};
}

std::optional<Field> field_of(std::string_view word) {
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    if (to_string(static_cast<Field>(i)) == word) return static_cast<Field>(i);
  }
  return std::nullopt;
}

void each_value(const results::Record& record, const VisitValue& visit) {
  if (record.outcome != Outcome::ok && record.outcome != Outcome::degraded) return;
  const results::ReplyText& greeting = record.replies[Phase::greeting];
  if (greeting.code == 220) visit(Field::greeting, software_of(greeting.octets).text());
  Text offers;
  if (write_offers(record, offers)) visit(Field::extensions, offers.view());
  if (record.starttls_known && record.starttls_offered != results::Offered::not_known) {
    visit(Field::starttls, record.starttls_offered == results::Offered::yes ? "yes" : "no");
  }
  if (record.tls) visit_tls(*record.tls, visit);
}

}  // namespace mxsweep::watch
