// SPDX-License-Identifier: MIT
#include "software/rules.h"

#include <algorithm>

#include "mxsweep/smtp/reply.h"

namespace mxsweep::software {
namespace {

constexpr std::array<std::size_t, 3> kOctetsMax = {kGreetingOctetsMax, kEhloOctetsMax,
                                                   kRefusalOctetsMax};

bool any_matches(const std::vector<Pattern>& patterns, std::string_view line) {
  std::string_view version;
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const Pattern& each) { return each.matches(line, version); });
}

bool begins_version(std::string_view version, std::string_view begin) {
  return version.starts_with(begin) &&
         (version.size() == begin.size() || version[begin.size()] == '.');
}

}  // namespace

std::optional<Rules::Found> Rules::fits(const Sign& sign, const Pattern& pattern,
                                        std::string_view line) const {
  Found found{.sign = &sign, .version = {}};
  if (!pattern.matches(line, found.version)) return std::nullopt;
  if (any_matches(sign.unless, line)) return std::nullopt;
  for (const Pattern& version : sign.versions) {
    if (!found.version.empty()) break;
    static_cast<void>(version.matches(line, found.version));
  }
  return found;
}

std::optional<Rules::Found> Rules::find(EvidencePart part, std::string_view reply) const {
  const auto number = static_cast<std::size_t>(part);
  const TextIndex& index = texts_[number];
  if (reply.empty() || index.size() == 0) return std::nullopt;
  smtp::ReplyLines reader(reply.substr(0, kOctetsMax[number]));
  std::array<std::string_view, kLinesMax> lines;
  // The other lines of a reply to EHLO are keywords.
  const std::size_t lines_max = part == EvidencePart::ehlo ? 1 : kLinesMax;
  std::size_t count = 0;
  Candidates candidates;
  while (count < lines_max && reader.next(lines[count])) index.search(lines[count++], candidates);
  std::optional<Found> found;
  std::string_view version;
  candidates.visit([&](std::size_t candidate) {
    const Rule& rule = index.rule(candidate);
    if (rule.sign == Rule::kAgainst) {
      return std::any_of(lines.begin(), lines.begin() + count,
                         [&](auto line) { return rule.pattern.matches(line, version); });
    }
    const Sign& sign = signs_[rule.sign];
    if (sign.several_lines && count < 2) return false;
    for (std::size_t i = 0; i < count && !found; ++i) found = fits(sign, rule.pattern, lines[i]);
    return found.has_value();
  });
  return found;
}

Software Rules::identity(const Found& found) const {
  const Sign& sign = *found.sign;
  const Entry& entry = entries_[sign.entry];
  Software software{.product = entry.product,
                    .version = found.version,
                    .release = sign.release,
                    .vendor = entry.vendor,
                    .evidence = sign.part,
                    .confidence = sign.confidence};
  std::size_t longest = 0;
  for (const auto& [begin, release] : entry.releases) {
    if (begin.size() <= longest || !begins_version(found.version, begin)) continue;
    longest = begin.size();
    software.release = release;
  }
  return software;
}

std::optional<Software> Rules::identify(const Evidence& evidence) const {
  std::optional<Found> best;
  const auto consider = [&best](const std::optional<Found>& found) {
    if (found && (!best || found->sign->confidence < best->sign->confidence)) best = found;
    return best && best->sign->confidence == Confidence::certain;
  };
  if (!consider(find(EvidencePart::greeting, evidence.greeting)) &&
      !consider(find(EvidencePart::ehlo, evidence.ehlo)) &&
      !consider(find(EvidencePart::reply, evidence.refusal)) && !orders_.empty() &&
      !evidence.ehlo.empty()) {
    const std::size_t sign = orders_.find(evidence.ehlo.substr(0, kEhloOctetsMax));
    if (sign != OrderIndex::kNoSign) consider(Found{.sign = &signs_[sign], .version = {}});
  }
  if (!best) return std::nullopt;
  return identity(*best);
}

void Rules::list(std::vector<Product>& products) const {
  const std::size_t before = products.size();
  for (const Entry& entry : entries_) {
    products.push_back({.name = entry.product, .vendor = entry.vendor});
  }
  for (const Sign& sign : signs_) {
    Product& product = products[before + sign.entry];
    switch (sign.part) {
      case EvidencePart::greeting: product.greeting = true; break;
      case EvidencePart::ehlo: product.ehlo = true; break;
      case EvidencePart::reply: product.reply = true; break;
      case EvidencePart::extensions: product.extensions = true; break;
    }
  }
}

}  // namespace mxsweep::software
