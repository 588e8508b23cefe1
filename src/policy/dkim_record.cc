// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>

#include "mxsweep/core/base64.h"
#include "mxsweep/core/tags.h"
#include "mxsweep/policy/dkim.h"
#include "mxsweep/tls/public_key.h"
#include "policy/texts.h"

namespace mxsweep::policy {
namespace {

// Of a record that is invalid; real ones have 500 octets.
constexpr std::size_t kDkimTextOctetsMax = 2048;

constexpr std::string_view kDkimTags[] = {"v", "g", "h", "k", "n", "p", "s", "t"};

// The tags of one record, and where its faults go.
struct DkimTags {
  std::vector<Tag> tags;
  std::string_view at;
  FindingReports& findings;

  // Names are compared exactly (RFC 6376, 3.2).
  [[nodiscard]] const Tag* find(std::string_view name) const {
    const auto found =
        std::find_if(tags.begin(), tags.end(), [&](const Tag& tag) { return tag.name == name; });
    return found == tags.end() ? nullptr : &*found;
  }
  [[nodiscard]] std::string_view value(std::string_view name, std::string_view otherwise) const {
    const Tag* const tag = find(name);
    return tag == nullptr ? otherwise : tag->value;
  }
  void report(CheckFinding finding, std::string_view detail) const {
    findings.push_back({finding, std::string(at), excerpt(detail)});
  }
  void report(CheckFinding finding, std::string_view detail, std::uint32_t n,
              std::uint32_t most) const {
    FindingReport report{finding, std::string(at), excerpt(detail)};
    report.n = n;
    report.most = most;
    findings.push_back(std::move(report));
  }
};

bool lists(std::string_view list, std::string_view word) {
  bool found = false;
  for_each_part(list, ':', [&](std::string_view part) { found = found || part == word; });
  return found;
}

// Whether the octets are a tag-list with a version of DKIM, or with none.
bool is_well_formed(const DkimTags& record) {
  for (std::size_t i = 0; i < record.tags.size(); ++i) {
    const Tag& tag = record.tags[i];
    const auto repeated =
        std::any_of(record.tags.begin(), record.tags.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](const Tag& earlier) { return earlier.name == tag.name; });
    if (tag.has_value && !tag.name.empty() && !repeated) continue;
    record.report(CheckFinding::dkim_syntax, tag.name);
    return false;
  }
  const Tag* const version = record.find("v");
  if (version != nullptr && (version != record.tags.data() || version->value != "DKIM1")) {
    record.report(CheckFinding::dkim_version, version->value);
    return false;
  }
  if (record.find("p") == nullptr) {
    record.report(CheckFinding::dkim_syntax, "p");
    return false;
  }
  return true;
}

// White space inside a key is where a long line was folded.
std::string without_folds(std::string_view text) {
  std::string packed;
  packed.reserve(text.size());
  for (const char octet : text) {
    if (octet != ' ' && octet != '\t' && octet != '\r' && octet != '\n') packed += octet;
  }
  return packed;
}

std::optional<tls::PublicKey> read_key(std::string_view p, tls::PublicKeyKind kind) {
  const std::string text = without_folds(p);
  const std::size_t digits = text.find_last_not_of('=') + 1;
  if (digits % 4 == 1) return std::nullopt;  // A digit that is left over: the key was cut.
  const std::optional<std::string> octets = base64_decoded(text);
  if (!octets) return std::nullopt;
  std::optional<tls::PublicKey> key = tls::read_public_key(*octets);
  if (!key || key->kind != kind) return std::nullopt;
  const bool raw = key->form == tls::PublicKeyForm::raw;
  if (raw != (kind == tls::PublicKeyKind::ed25519)) return std::nullopt;
  return key;
}

// Whether a verifier accepts signatures with the key.
bool judge_rsa(const tls::PublicKey& key, const DkimTags& record) {
  const auto bits = static_cast<std::uint32_t>(key.bits);
  if (key.form == tls::PublicKeyForm::pkcs1) record.report(CheckFinding::dkim_pkcs1, "p");
  if (bits < kDkimBitsMin) {
    record.report(CheckFinding::dkim_short_key, key.words, bits, kDkimBitsMin);
    return false;
  }
  if (bits < kDkimBitsAdvised) {
    record.report(CheckFinding::dkim_weak_key, key.words, bits, kDkimBitsAdvised);
  }
  if (bits > kDkimBitsMax) {
    record.report(CheckFinding::dkim_long_key, key.words, bits, kDkimBitsMax);
  }
  return true;
}

bool judge_key(const DkimTags& record, std::string_view p, DkimKey& key) {
  const std::string_view k = record.value("k", "rsa");
  if (k != "rsa" && k != "ed25519") {
    record.report(CheckFinding::dkim_key_type, k);
    return false;
  }
  const tls::PublicKeyKind kind =
      k == "rsa" ? tls::PublicKeyKind::rsa : tls::PublicKeyKind::ed25519;
  const std::optional<tls::PublicKey> read = read_key(p, kind);
  if (!read) {
    record.report(CheckFinding::dkim_key_unreadable, std::string("k=").append(k));
    return false;
  }
  key.words = read->words;
  return kind != tls::PublicKeyKind::rsa || judge_rsa(*read, record);
}

bool judge_use(const DkimTags& record) {
  bool usable = true;
  if (const std::string_view h = record.value("h", "sha256"); !lists(h, "sha256")) {
    record.report(CheckFinding::dkim_sha1_only, h);
    usable = false;
  }
  const std::string_view s = record.value("s", "*");
  if (!lists(s, "*") && !lists(s, "email")) {
    record.report(CheckFinding::dkim_service, s);
    usable = false;
  }
  for (const Tag& tag : record.tags) {
    if (std::find(std::begin(kDkimTags), std::end(kDkimTags), tag.name) == std::end(kDkimTags)) {
      record.report(CheckFinding::dkim_unknown_tag, tag.name);
    }
  }
  if (record.find("g") != nullptr) record.report(CheckFinding::dkim_granularity, "g");
  return usable;
}

}  // namespace

DkimKey judge_dkim_record(std::string_view text, std::string_view at, FindingReports& findings) {
  DkimKey key;
  key.present = Presence::yes;
  key.verdict = DkimVerdict::invalid;
  const DkimTags record{tags_of(text), at, findings};
  if (is_well_formed(record)) {
    const std::string_view p = record.value("p", {});
    key.testing = lists(record.value("t", {}), "y");
    if (p.empty()) {
      record.report(CheckFinding::dkim_revoked, {});
      key.verdict = DkimVerdict::revoked;
    } else {
      if (key.testing) record.report(CheckFinding::dkim_testing, "t");
      const bool has_key = judge_key(record, p, key);
      if (judge_use(record) && has_key) key.verdict = DkimVerdict::ok;
    }
  }
  if (key.verdict == DkimVerdict::invalid) key.record = text.substr(0, kDkimTextOctetsMax);
  return key;
}

}  // namespace mxsweep::policy
