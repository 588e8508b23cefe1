// SPDX-License-Identifier: MIT
#include "mxsweep/verdict/rules_of.h"

#include <algorithm>

#include "verdict/reply_rows.h"

namespace mxsweep::verdict {
namespace {

constexpr std::size_t kPhrasesShown = 6;

// The phases that have a reply which can be a refusal.
constexpr Phase kReplying[] = {Phase::greeting, Phase::ehlo, Phase::starttls, Phase::ehlo_tls,
                               Phase::mail,     Phase::rcpt, Phase::relay};

std::string phases_text(PhaseSet phases) {
  std::string text;
  std::size_t count = 0;
  for (const Phase phase : kReplying) {
    if (!has(phases, phase)) continue;
    text.append(count++ == 0 ? "in " : ", ").append(to_string(phase));
  }
  return count == std::size(kReplying) ? "anywhere" : text;
}

std::string codes_text(CodeRange codes) {
  std::string text = std::to_string(codes.first);
  if (codes.first == 0) {
    text = "any code";
  } else if (codes.first % 100 == 0 && codes.last == codes.first + 99) {
    text = text.substr(0, 1) + "xx";
  } else if (codes.first == 400 && codes.last == 599) {
    text = "4xx or 5xx";
  } else if (codes.last != codes.first) {
    text += " to " + std::to_string(codes.last);
  }
  return codes.or_221 ? text + " or 221" : text;
}

std::string enhanced_text(EnhancedRange enhanced) {
  if (enhanced.subject == EnhancedRange::kAnySubject) return {};
  std::string text = ", enhanced code x." + std::to_string(enhanced.subject) + ".";
  if (enhanced.detail_first == 0 && enhanced.detail_last == EnhancedRange{}.detail_last) {
    return text + "x";
  }
  text += std::to_string(enhanced.detail_first);
  if (enhanced.detail_last == enhanced.detail_first) return text;
  return text + " to x." + std::to_string(enhanced.subject) + "." +
         std::to_string(enhanced.detail_last);
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  const std::size_t end = text.find_last_not_of(' ');
  return std::string(text.substr(begin, end + 1 - begin));
}

// "mailbox+ full" is shown as "mailbox … full".
std::string phrase_text(std::string_view phrase) {
  const std::size_t joint = phrase.find('+');
  if (joint == std::string_view::npos) return trimmed(phrase);
  return trimmed(phrase.substr(0, joint)) + " … " + trimmed(phrase.substr(joint + 1));
}

std::string phrases_text(std::string_view phrases) {
  if (phrases.empty()) return {};
  std::string text = ", with words such as ";
  for (std::size_t count = 0; !phrases.empty() && count < kPhrasesShown; ++count) {
    const std::string_view phrase = phrases.substr(0, phrases.find('|'));
    phrases.remove_prefix(std::min(phrase.size() + 1, phrases.size()));
    text.append(count == 0 ? "\"" : ", \"").append(phrase_text(phrase)).append("\"");
  }
  return text;
}

}  // namespace

std::vector<std::string> rules_of(Cause cause) {
  std::vector<std::string> rules;
  for (const ReplyRow& row : reply_rows()) {
    if (row.cause != cause) continue;
    rules.push_back(phases_text(row.phases) + ": " + codes_text(row.codes) +
                    enhanced_text(row.enhanced) + phrases_text(row.phrases) + " (" +
                    std::string(row.why) + ")");
  }
  return rules;
}

}  // namespace mxsweep::verdict
