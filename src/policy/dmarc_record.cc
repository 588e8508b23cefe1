// SPDX-License-Identifier: MIT
#include "mxsweep/policy/dmarc_record.h"

#include <algorithm>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/tags.h"

namespace mxsweep::policy {
namespace {

constexpr std::string_view kDmarcVersion = "DMARC1";

std::optional<DmarcPolicy> read_policy(std::string_view value) {
  for (const DmarcPolicy policy :
       {DmarcPolicy::none, DmarcPolicy::quarantine, DmarcPolicy::reject}) {
    if (same_word(value, to_string(policy))) return policy;
  }
  return std::nullopt;
}

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return same_word(value, word); });
}

std::optional<std::uint8_t> read_percent(std::string_view value) {
  if (value.empty() || value.size() > 3 || !std::all_of(value.begin(), value.end(), is_digit)) {
    return std::nullopt;
  }
  int percent = 0;
  for (const char digit : value) percent = percent * 10 + (digit - '0');
  if (percent > 100) return std::nullopt;
  return static_cast<std::uint8_t>(percent);
}

// Which reports of single failures are wanted; has no effect here, but is checked.
bool are_failure_options(std::string_view value) {
  bool all = true;
  for_each_part(value, ':', [&](std::string_view part) {
    all = all && is_one_of(part, {"0", "1", "d", "s"});
  });
  return all;
}

// Takes the value of a tag. Returns whether it is one that the tag can have.
bool take_tag(DmarcRecord& record, std::string_view name, std::string_view value) {
  const auto take = [&](std::optional<DmarcPolicy>& policy) {
    policy = read_policy(value);
    return policy.has_value();
  };
  if (same_word(name, "p")) return take(record.p);
  if (same_word(name, "sp")) return take(record.sp);
  if (same_word(name, "np")) return take(record.np);
  if (same_word(name, "psd")) {
    if (same_word(value, "y")) record.psd = PublicSuffix::yes;
    if (same_word(value, "n")) record.psd = PublicSuffix::no;
    return is_one_of(value, {"y", "n", "u"});
  }
  if (same_word(name, "t")) {
    record.test = same_word(value, "y");
    return is_one_of(value, {"y", "n"});
  }
  if (same_word(name, "rua")) {
    record.rua = read_report_uris(value);
    return !value.empty();
  }
  if (same_word(name, "ruf")) {
    record.ruf = read_report_uris(value);
    return !value.empty();
  }
  if (is_one_of(name, {"adkim", "aspf"})) return is_one_of(value, {"r", "s"});
  if (same_word(name, "fo")) return are_failure_options(value);
  if (same_word(name, "pct")) {
    record.pct = read_percent(value);
    return record.pct.has_value();
  }
  return !same_word(name, "v");  // A second version; unknown tags are ignored.
}

}  // namespace

std::string_view to_string(DmarcPolicy policy) {
  switch (policy) {
    case DmarcPolicy::none: return "none";
    case DmarcPolicy::quarantine: return "quarantine";
    case DmarcPolicy::reject: return "reject";
  }
  return {};
}

bool DmarcRecord::has_bad(std::string_view name) const {
  return std::any_of(bad_tags.begin(), bad_tags.end(),
                     [&](const std::string& bad) { return same_word(bad, name); });
}

DmarcLikeness dmarc_likeness(std::string_view text) {
  const std::vector<Tag> tags = tags_of(text);
  const auto is_version = [](const Tag& tag) { return same_word(tag.name, "v"); };
  const auto version = std::find_if(tags.begin(), tags.end(), is_version);
  // The grammar has no white space before the version.
  if (version == tags.begin() && !tags.empty() && lower(text.front()) == 'v') {
    if (version->value == kDmarcVersion) return DmarcLikeness::record;
    return same_word(version->value.substr(0, 5), "DMARC") ? DmarcLikeness::version_case
                                                           : DmarcLikeness::other;
  }
  const bool meant = version != tags.end() && same_word(version->value, kDmarcVersion);
  return meant ? DmarcLikeness::not_first : DmarcLikeness::other;
}

DmarcRecord read_dmarc_record(std::string_view text) {
  const std::vector<Tag> tags = tags_of(text);
  INVARIANT(!tags.empty() && same_word(tags.front().name, "v"));
  DmarcRecord record;
  record.text = std::string(text.substr(0, kDmarcTextOctetsMax));
  record.tags.reserve(tags.size());
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const Tag& tag = tags[i];
    record.tags.push_back({std::string(tag.name.substr(0, kDmarcNameOctetsMax)),
                           std::string(tag.value.substr(0, kDmarcValueOctetsMax))});
    if (i == 0) continue;
    const bool repeated =
        std::any_of(tags.begin() + 1, tags.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](const Tag& earlier) { return same_word(earlier.name, tag.name); });
    // The RFC does not decide which of two counts; here it is the first.
    if (repeated || !tag.has_value || !take_tag(record, tag.name, tag.value)) {
      if (!record.has_bad(tag.name)) record.bad_tags.emplace_back(tag.name);
    }
  }
  return record;
}

std::optional<DmarcPolicies> policies_of(const DmarcRecord& record) {
  const bool broken =
      !record.p || (record.has_bad("sp") && !record.sp) || (record.has_bad("np") && !record.np);
  if (broken && !has_usable(record.rua)) return std::nullopt;
  if (broken) return DmarcPolicies{};
  const DmarcPolicy subdomains = record.sp.value_or(*record.p);
  return DmarcPolicies{*record.p, subdomains, record.np.value_or(subdomains)};
}

std::optional<DmarcPolicies> policies_of_7489(const DmarcRecord& record) {
  const bool broken = !record.p || (record.has_bad("sp") && !record.sp);
  if (broken && !has_usable(record.rua)) return std::nullopt;
  if (broken) return DmarcPolicies{};
  const DmarcPolicy subdomains = record.sp.value_or(*record.p);
  return DmarcPolicies{*record.p, subdomains, subdomains};
}

DmarcPolicy one_level_lower(DmarcPolicy policy) {
  return policy == DmarcPolicy::reject ? DmarcPolicy::quarantine : DmarcPolicy::none;
}

}  // namespace mxsweep::policy
