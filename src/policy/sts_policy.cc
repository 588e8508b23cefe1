// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/host_name.h"
#include "mxsweep/core/tags.h"
#include "mxsweep/policy/mta_sts.h"
#include "policy/texts.h"

namespace mxsweep::policy {
namespace {

constexpr std::size_t kStsKeyOctetsMax = 32;

// Reads a policy line by line: "key: value".
class StsReader {
 public:
  StsReader(std::string_view at, FindingReports& findings) : at_(at), findings_(findings) {}

  void take_line(std::string_view line) {
    ++number_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trimmed(line).empty()) {
      report(CheckFinding::mta_sts_blank_line, {});
      return;
    }
    const std::size_t colon = line.find(':');
    if (colon == line.npos || !is_key(line.substr(0, colon))) {
      break_policy(line);
    } else {
      take(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    }
  }

  StsPolicy finish() {
    require(version_, "version");
    require(mode_, "mode");
    require(max_age_, "max_age");
    if (policy_.mode && policy_.mode != StsMode::none) require(mx_, "mx");
    policy_.valid = !broken_;
    return std::move(policy_);
  }

 private:
  static bool is_key(std::string_view key) {
    return !key.empty() && key.size() <= kStsKeyOctetsMax && is_alphanumeric(key.front()) &&
           std::all_of(key.begin(), key.end(), [](char octet) {
             return is_alphanumeric(octet) || octet == '_' || octet == '-' || octet == '.';
           });
  }

  void take(std::string_view key, std::string_view value) {
    if (key == "mx") {
      take_mx(value);
    } else if (key == "version") {
      if (is_first(version_, key) && value != "STSv1") break_policy(value);
    } else if (key == "mode") {
      if (is_first(mode_, key)) take_mode(value);
    } else if (key == "max_age") {
      if (is_first(max_age_, key)) take_max_age(value);
    } else {
      report(CheckFinding::mta_sts_unknown_key, key);
    }
  }

  void take_mode(std::string_view value) {
    for (const StsMode mode : {StsMode::none, StsMode::testing, StsMode::enforce}) {
      if (value == to_string(mode)) policy_.mode = mode;
    }
    if (!policy_.mode) break_policy(value);
  }

  void take_max_age(std::string_view value) {
    constexpr std::size_t kDigitsMax = 10;  // By the grammar.
    if (value.empty() || value.size() > kDigitsMax ||
        !std::all_of(value.begin(), value.end(), is_digit)) {
      break_policy(value);
      return;
    }
    std::uint64_t seconds = 0;
    for (const char digit : value) {
      seconds = seconds * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    if (seconds > kStsMaxAgeMax) report(CheckFinding::mta_sts_max_age_over, value);
    policy_.max_age = static_cast<std::uint32_t>(std::min<std::uint64_t>(seconds, kStsMaxAgeMax));
  }

  void take_mx(std::string_view value) {
    mx_ = true;
    const std::string_view host = value.starts_with("*.") ? value.substr(2) : value;
    if (!scan_host_name(host, {.underscore = true}).faults.empty()) {
      break_policy(value);
    } else if (policy_.mx.size() == kStsPatternsMax) {
      policy_.cut = true;
    } else {
      std::string& pattern = policy_.mx.emplace_back(value);
      std::transform(pattern.begin(), pattern.end(), pattern.begin(), lower);
    }
  }

  // Of a key that is repeated the first counts.
  bool is_first(bool& seen, std::string_view key) {
    if (seen) report(CheckFinding::mta_sts_duplicate_key, key);
    return !std::exchange(seen, true);
  }

  void require(bool seen, std::string_view key) {
    if (seen) return;
    broken_ = true;
    add({CheckFinding::mta_sts_policy_missing, std::string(at_), std::string(key)});
  }

  void break_policy(std::string_view what) {
    broken_ = true;
    report(CheckFinding::mta_sts_policy_syntax, what);
  }

  void report(CheckFinding finding, std::string_view what) {
    FindingReport fault{finding, std::string(at_), excerpt(what)};
    fault.n = number_;
    add(std::move(fault));
  }

  void add(FindingReport fault) {
    if (++faults_ <= kStsFaultsMax) findings_.push_back(std::move(fault));
  }

  std::string_view at_;
  FindingReports& findings_;
  std::uint32_t number_ = 0;  // Of the line.
  std::size_t faults_ = 0;
  bool broken_ = false;
  bool version_ = false;
  bool mode_ = false;
  bool max_age_ = false;
  bool mx_ = false;
  StsPolicy policy_;
};

}  // namespace

StsPolicy read_sts_policy(std::string_view body, std::string_view at, FindingReports& findings) {
  StsReader reader(at, findings);
  body = body.substr(0, kStsPolicyOctetsMax);
  while (!body.empty()) {
    const std::size_t end = body.find('\n');
    reader.take_line(body.substr(0, end));
    body.remove_prefix(end == body.npos ? body.size() : end + 1);
  }
  return reader.finish();
}

bool matches_sts_pattern(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host;
  const std::size_t label = host.find('.');
  return label != host.npos && label != 0 && host.substr(label) == pattern.substr(1);
}

}  // namespace mxsweep::policy
