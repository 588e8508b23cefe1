// SPDX-License-Identifier: MIT
#include "mxsweep/dane/judge.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "dane/evidence.h"

namespace mxsweep::dane {
namespace {

using tls::VerifyError;

constexpr std::uint8_t kTrustAnchor = 2;
constexpr std::uint8_t kEndEntity = 3;
constexpr std::uint8_t kWhole = 0;
constexpr std::uint8_t kSha256 = 1;
constexpr std::uint8_t kSha512 = 2;

constexpr std::string_view kTlsaInvalid = "tlsa-invalid";
constexpr std::string_view kDnssecInvalid = "dnssec-invalid";
constexpr std::string_view kDaneRequired = "dane-required";
constexpr std::string_view kNoStarttls = "starttls-not-supported";

struct Judged {
  Match match = Match::unknown;
  // Of a match with a certificate above the leaf; nothing: not known.
  std::optional<VerifyError> error{};
};

bool has_name(const tls::Chain& chain, const std::vector<std::string>& names) {
  return std::ranges::any_of(names, [&](const std::string& name) {
    return tls::matches_name(chain, name) || tls::matches_common_name(chain, name);
  });
}

Judged judge_leaf(Evidence& evidence, const dns::Tlsa& record) {
  switch (evidence.compare(record, 0)) {
    case Same::yes: return {Match::leaf, VerifyError::none};
    case Same::no: return {Match::no, {}};
    case Same::unknown: break;
  }
  return {};
}

Judged judge_data(Evidence& evidence, const dns::Tlsa& record) {
  const PathVerdict path = evidence.path_to_data(record);
  if (!path) return {};
  if (*path == VerifyError::certificate_not_trusted) return {Match::no, {}};
  return {Match::ta, path};
}

// Of several certificates that match, which only a chain with doubles has, the best one counts.
Judged judge_anchor(Evidence& evidence, const dns::Tlsa& record) {
  Judged judged{Match::no, {}};
  bool unknown = evidence.chain().cut;  // It may be one of those that were left out.
  for (std::size_t place = 1; place < evidence.size(); ++place) {
    const Same same = evidence.compare(record, place);
    unknown = unknown || same == Same::unknown;
    if (same != Same::yes) continue;
    if (judged.match == Match::ta && judged.error == VerifyError::none) break;
    judged = {Match::ta, evidence.path_to(place)};
  }
  if (judged.match == Match::ta) return judged;
  if (record.matching == kWhole) {
    const Judged of_data = judge_data(evidence, record);
    return of_data.match == Match::no && unknown ? Judged{} : of_data;
  }
  return unknown ? Judged{} : judged;
}

Judged judge_record(Evidence* evidence, const dns::Tlsa& record) {
  if (!is_usable(record)) return {Match::unusable, {}};
  if (evidence == nullptr) return {};
  return record.usage == kEndEntity ? judge_leaf(*evidence, record)
                                    : judge_anchor(*evidence, record);
}

bool is_double(const std::vector<JudgedRecord>& records, std::size_t index) {
  return std::any_of(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(index),
                     [&](const JudgedRecord& one) { return one.record == records[index].record; });
}

// What differs from record to record of one and the same certificate does not count: matching types
// of the same thing all match.
bool is_rollover(const std::vector<JudgedRecord>& records) {
  bool leaf = false;
  bool ta = false;
  bool other = false;
  for (const JudgedRecord& one : records) {
    leaf = leaf || one.match == Match::leaf;
    ta = ta || one.match == Match::ta;
    other = other || one.match == Match::no;
  }
  return (leaf && ta) || ((leaf || ta) && other);
}

// Judges a host that has TLSA records.
class Case {
 public:
  Case(const HostReport& host, const Shown& shown, Report& report)
      : host_(host), shown_(shown), report_(report) {}

  void judge() {
    const bool has_chain = shown_.chain != nullptr && !shown_.chain->certificates.empty();
    if (has_chain) evidence_.emplace(*shown_.chain, shown_.now);
    for (const dns::Tlsa& record : host_.records) judge_one(record);
    report_.rollover = is_rollover(report_.records);
    note_unusable();
    if (shown_.starttls == Presence::no) {
      return fail(kNoStarttls, CheckFinding::dane_no_starttls);
    }
    if (!host_.cut && all_are(Match::unusable)) {
      report_.verdict = Verdict::unusable;
      report_.cause = kTlsaInvalid;
      return note(CheckFinding::dane_unusable);
    }
    if (passes_) {
      report_.verdict = Verdict::pass;
      return note_renewal();
    }
    if (!unknown_ && !host_.cut) fail();
  }

 private:
  void judge_one(const dns::Tlsa& record) {
    const Judged judged = judge_record(evidence_ ? &*evidence_ : nullptr, record);
    report_.records.push_back({record, judged.match});
    switch (judged.match) {
      case Match::leaf: passes_ = true; return;
      case Match::ta: return judge_above(judged.error);
      case Match::unknown: unknown_ = true; return;
      case Match::no:
      case Match::unusable: return;
    }
  }

  // The fault that is the least to mend is the one to report.
  void judge_above(std::optional<VerifyError> error) {
    if (!error) {
      unknown_ = true;
      return;
    }
    if (*error == VerifyError::none && has_name(*shown_.chain, host_.names)) {
      passes_ = true;
      passes_above_ = true;
      return;
    }
    const VerifyError fault =
        *error == VerifyError::none ? VerifyError::certificate_host_mismatch : *error;
    const auto rank = [](VerifyError one) {
      return one == VerifyError::certificate_host_mismatch ? 2
             : one == VerifyError::certificate_expired     ? 1
                                                           : 0;
    };
    if (!fault_ || rank(fault) > rank(*fault_)) fault_ = fault;
  }

  void fail() {
    if (!fault_) return fail(kTlsaInvalid, CheckFinding::dane_mismatch);
    const CheckFinding finding =
        *fault_ == VerifyError::certificate_host_mismatch ? CheckFinding::dane_host_mismatch
        : *fault_ == VerifyError::certificate_expired     ? CheckFinding::dane_expired
                                                          : CheckFinding::dane_path;
    fail(tls::to_string(*fault_), finding);
  }

  void fail(std::string_view cause, CheckFinding finding) {
    report_.verdict = Verdict::fail;
    report_.cause = cause;
    note(finding);
  }

  [[nodiscard]] bool all_are(Match match) const {
    return std::ranges::all_of(report_.records,
                               [&](const JudgedRecord& one) { return one.match == match; });
  }

  // One notice for each, unless none is usable: then one finding says so.
  void note_unusable() {
    if (all_are(Match::unusable)) return;
    for (std::size_t i = 0; i < report_.records.size(); ++i) {
      const JudgedRecord& one = report_.records[i];
      if (one.match != Match::unusable || is_double(report_.records, i)) continue;
      report_.findings.push_back(
          {CheckFinding::dane_record_unusable, host_.tlsa_name, text_of(one.record), {}, {}});
    }
  }

  // Every match is of the whole certificate, and no other record of a leaf is there for the next.
  void note_renewal() {
    if (passes_above_) return;
    for (const JudgedRecord& one : report_.records) {
      const bool of_key = one.match == Match::leaf && one.record.selector != kWhole;
      const bool next = one.match == Match::no && one.record.usage == kEndEntity;
      if (of_key || next || one.match == Match::unknown) return;
    }
    const WallTime end = shown_.chain->certificates.front().not_after;
    const auto days = std::chrono::floor<std::chrono::days>(end - shown_.now).count();
    if (days < 0 || days >= kDaysBeforeRenewal) return;
    report_.findings.push_back({CheckFinding::dane_expires_with_cert,
                                host_.tlsa_name,
                                {},
                                static_cast<std::uint32_t>(days),
                                {}});
  }

  void note(CheckFinding finding) {
    report_.findings.push_back({finding, host_.tlsa_name, {}, {}, {}});
  }

  const HostReport& host_;
  const Shown& shown_;
  Report& report_;
  std::optional<Evidence> evidence_{};
  bool passes_ = false;
  bool passes_above_ = false;  // By a record of usage 2.
  bool unknown_ = false;       // A record may match.
  std::optional<VerifyError> fault_{};
};

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::unknown: return "unknown";
    case Verdict::pass: return "pass";
    case Verdict::fail: return "fail";
    case Verdict::none: return "none";
    case Verdict::unusable: return "unusable";
    case Verdict::unavailable: return "unavailable";
    case Verdict::insecure: return "insecure";
  }
  return {};
}

std::string_view to_string(Match match) {
  switch (match) {
    case Match::unknown: return "unknown";
    case Match::no: return "no";
    case Match::leaf: return "leaf";
    case Match::ta: return "ta";
    case Match::unusable: return "unusable";
  }
  return {};
}

bool is_usable(const dns::Tlsa& record) {
  if (record.usage != kTrustAnchor && record.usage != kEndEntity) return false;
  if (record.selector > 1) return false;
  switch (record.matching) {
    case kSha256: return record.data.size() == tls::Digest{}.size();
    case kSha512: return record.data.size() == tls::WideDigest{}.size();
    case kWhole:
      return record.selector == kWhole ? tls::is_certificate(record.data)
                                       : tls::is_public_key(record.data);
    default: return false;
  }
}

Report judge(const HostReport& host, const Shown& shown) {
  Report report;
  report.base = host.base;
  report.detail = host.detail;
  report.findings = host.findings;
  switch (host.lookup) {
    case Lookup::unknown: break;
    case Lookup::none:
      report.verdict = Verdict::none;
      report.cause = kDaneRequired;
      break;
    case Lookup::insecure:
      report.verdict = Verdict::insecure;
      report.cause = kDaneRequired;
      break;
    case Lookup::unavailable:
      report.verdict = Verdict::unavailable;
      report.cause = kDnssecInvalid;
      break;
    case Lookup::records: Case(host, shown, report).judge(); break;
  }
  return report;
}

}  // namespace mxsweep::dane
