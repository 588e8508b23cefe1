// SPDX-License-Identifier: MIT
#include "mxsweep/blocklists/listing.h"

#include <algorithm>
#include <functional>

#include "mxsweep/core/invariant.h"

namespace mxsweep::blocklists {
namespace {

constexpr unsigned kIpv4NetworkOctets = 3;  // A /24,
constexpr unsigned kIpv6NetworkOctets = 6;  // and a /48.

std::uint64_t network_of(Address address) {
  const unsigned kept = address.family == Family::ipv4 ? kIpv4NetworkOctets : kIpv6NetworkOctets;
  std::fill(address.octets.begin() + kept, address.octets.end(), std::uint8_t{0});
  return hash(address);
}

std::string listed_text(const ZoneResult& result) {
  std::string text = result.zone;
  std::string_view before = ": ";
  for (const std::string& meaning : result.meaning) {
    text.append(before).append(meaning);
    before = ", ";
  }
  return text;
}

ZoneResult result_of(const Zone& zone, const Reading& reading, Unasked why) {
  ZoneResult result{.zone = zone.name};
  if (why != Unasked::none) {
    result.why = to_string(why);
    return result;
  }
  result.verdict = reading.verdict;
  result.error = reading.error;
  result.codes = reading.codes;
  if (reading.verdict == Verdict::unknown) result.why = dns::to_string(reading.trouble);
  for (const std::uint32_t code : reading.codes) {
    for (const Code* each : meanings_of(zone, code)) {
      if (std::ranges::find(result.meaning, each->word) != result.meaning.end()) continue;
      result.meaning.push_back(each->word);
    }
  }
  return result;
}

}  // namespace

FindingReports ListingReport::findings() const {
  FindingReports findings;
  for (const ZoneResult& zone : zones) {
    if (zone.finding) findings.push_back(*zone.finding);
  }
  return findings;
}

Listing::Listing(ZoneWatch& watch, const Address& address, bool absence_doubted)
    : watch_(&watch),
      address_(without_mapping(address)),
      absence_doubted_(absence_doubted),
      network_(network_of(address_)) {
  INVARIANT(address_.family != Family::none);
  begin(kind_of(address_));
}

Listing::Listing(ZoneWatch& watch, std::string_view domain, bool absence_doubted)
    : watch_(&watch),
      domain_(domain),
      absence_doubted_(absence_doubted),
      network_(std::hash<std::string>{}(domain_)) {
  begin(Kind::domain);
}

void Listing::begin(Kind kind) {
  for (ZoneWatch::PartNumber part = 0; part < watch_->parts(); ++part) {
    if (watch_->kind_of(part) == kind) entries_.push_back({.part = part});
  }
  unsettled_ = entries_.size();
}

std::string Listing::name_in(const Zone& zone) const {
  return domain_.empty() ? query_name(zone, address_) : query_name(zone, domain_);
}

std::string Listing::shown_in(const Zone& zone) const {
  return domain_.empty() ? shown_name(zone, address_) : shown_name(zone, domain_);
}

bool Listing::take_question(dns::Question& question) {
  judge_answers();
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    if (entry.state != Entry::State::to_ask) continue;
    const std::string name = name_in(watch_->zone_of(entry.part));
    if (name.empty()) {
      settle(entry, Unasked::too_long);
      continue;
    }
    const ZoneWatch::Permit permit = watch_->ask(entry.part, name);
    switch (permit.leave) {
      case ZoneWatch::Leave::granted:
        entry.state = Entry::State::asked;
        question = {.number = static_cast<std::uint32_t>(i), .name = name, .type = dns::Type::a};
        return true;
      case ZoneWatch::Leave::later: break;
      case ZoneWatch::Leave::refused: settle(entry, permit.why); break;
    }
  }
  return false;
}

void Listing::on_answer(std::uint32_t number, const dns::Answer& answer) {
  INVARIANT(number < entries_.size() && entries_[number].state == Entry::State::asked);
  Entry& entry = entries_[number];
  const Zone& zone = watch_->zone_of(entry.part);
  entry.reading = read_answer(zone, answer);
  entry.ticket = watch_->on_reading(entry.part, name_in(zone), answer, entry.reading, network_);
  const bool doubted = entry.reading.verdict == Verdict::not_listed && absence_doubted_;
  if (doubted) watch_->want_test(entry.part);
  if (doubted || entry.reading.verdict == Verdict::listed) {
    entry.state = Entry::State::unconfirmed;
    judge_answers();
  } else {
    settle(entry, Unasked::none);
  }
}

void Listing::judge_answers() {
  for (Entry& entry : entries_) {
    if (entry.state != Entry::State::unconfirmed) continue;
    switch (watch_->judge(entry.part, entry.ticket)) {
      case ZoneWatch::Judgement::waiting: break;
      case ZoneWatch::Judgement::confirmed: settle(entry, Unasked::none); break;
      case ZoneWatch::Judgement::withdrawn: settle(entry, Unasked::unverified); break;
    }
  }
}

void Listing::settle(Entry& entry, Unasked why) {
  entry.state = Entry::State::settled;
  entry.why = why;
  if (--unsettled_ == 0) finish();
}

void Listing::finish() {
  for (const Entry& entry : entries_) {
    const Zone& zone = watch_->zone_of(entry.part);
    report_.zones.push_back(result_of(zone, entry.reading, entry.why));
    add_finding(zone, entry, report_.zones.back());
  }
}

void Listing::add_finding(const Zone& zone, const Entry& entry, ZoneResult& result) {
  FindingReport finding{.at = shown_in(zone)};
  if (result.verdict == Verdict::listed) {
    finding.finding = CheckFinding::dnsbl_listed;
    finding.detail = listed_text(result);
    finding.severity = severity_of(zone, result.codes);
  } else if (result.verdict == Verdict::query_error) {
    finding.finding = CheckFinding::dnsbl_query_error;
    finding.detail = zone.name + ": " + std::string(to_string(result.error));
  } else if (entry.why == Unasked::unverified && entry.reading.verdict == Verdict::listed) {
    finding.finding = CheckFinding::dnsbl_unverified;
    finding.detail = zone.name;
  } else {
    return;
  }
  result.finding = std::move(finding);
}

const ListingReport& Listing::report() const {
  INVARIANT(done());
  return report_;
}

}  // namespace mxsweep::blocklists
