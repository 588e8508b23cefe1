// SPDX-License-Identifier: MIT
#include "mxsweep/watch/certificates.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <optional>
#include <tuple>
#include <utility>

#include "mxsweep/core/flat_index.h"
#include "mxsweep/core/memory.h"
#include "mxsweep/core/utf8.h"
#include "mxsweep/tls/sha256.h"
#include "watch/texts.h"

namespace mxsweep::watch {
namespace {

using std::chrono::hours;

constexpr std::uint32_t kNone = FlatIndex::kNone;
constexpr Duration kSoon = hours{24 * 30};
constexpr Duration kUrgentBefore = hours{24 * 7};

struct Entry {
  tls::Digest sha256{};
  tls::Digest spki_sha256{};
  std::string subject;
  Texts::Number issuer = Texts::kNone;
  std::uint32_t monitors = 0;
  WallTime not_before{};  // Of the certificate that ends at
  WallTime not_after{};   // the earliest end of the path.
  // The same, of the paths that were shown since the last report: an intermediate certificate may
  // have been replaced.
  WallTime next_not_before{};
  WallTime next_not_after = WallTime::max();
  WallTime last{};  // When its last monitor left it.
  Expiry latch = Expiry::far;
};

struct Host {
  std::uint32_t certificate = kNone;
  std::uint32_t before = kNone;  // The one that it showed before that.
  std::uint32_t first = 0;       // Seconds since 1970: of `certificate`.
};
static_assert(sizeof(Host) == 12, "every monitor has one");

std::uint32_t second_of(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, UINT32_MAX));
}

std::size_t hash_of(const tls::Digest& digest) {
  std::size_t hash;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

std::optional<tls::Digest> digest_of(std::string_view text) {
  tls::Digest digest;
  if (text.size() != 2 * digest.size()) return std::nullopt;
  const auto value = [](char digit) -> int {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    return -1;
  };
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = value(text[2 * i]);
    const int low = value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

struct Validity {
  WallTime not_before{};
  WallTime not_after{};
};

// Of the certificate of the path that ends first. That of an authority is often not sent: then the
// lifetime is taken to begin with the server's own.
Validity validity_of(const tls::Chain& chain) {
  const tls::Certificate& leaf = chain.certificates.front();
  Validity validity{leaf.not_before, leaf.not_after};
  if (!chain.expiry || chain.expiry->at >= leaf.not_after) return validity;
  validity.not_after = chain.expiry->at;
  for (const tls::Certificate& certificate : chain.certificates) {
    if (certificate.sha256 == chain.expiry->sha256) validity.not_before = certificate.not_before;
  }
  return validity;
}

}  // namespace

Expiry expiry(WallTime not_before, WallTime not_after, WallTime now) {
  const Duration left = not_after - now;
  if (left <= Duration::zero()) return Expiry::expired;
  const Duration lifetime = std::max<Duration>(not_after - not_before, Duration::zero());
  if (left < std::min(kUrgentBefore, lifetime / 10)) return Expiry::urgent;
  return left < std::min(kSoon, lifetime / 3) ? Expiry::soon : Expiry::far;
}

struct Certificates::Parts {
  KeyOf key_of;
  std::deque<Entry> entries;  // A vector may have room for as many again.
  std::vector<std::uint32_t> free;
  FlatIndex index;
  Texts issuers;
  std::vector<Host> hosts;  // By monitor.

  [[nodiscard]] std::uint32_t find(const tls::Digest& sha256) const {
    return index.find(hash_of(sha256),
                      [&](std::uint32_t number) { return entries[number].sha256 == sha256; });
  }
  std::uint32_t add(const tls::Digest& sha256, const tls::Digest& spki, std::string_view subject,
                    std::string_view issuer, const Validity& validity) {
    std::uint32_t number = static_cast<std::uint32_t>(entries.size());
    if (free.empty()) {
      entries.emplace_back();
    } else {
      number = free.back();
      free.pop_back();
    }
    Entry& entry = entries[number];
    entry.sha256 = sha256;
    entry.spki_sha256 = spki;
    entry.subject = cut_between_characters(subject, kNameOctetsMax);
    entry.issuer = issuers.add(cut_between_characters(issuer, kNameOctetsMax));
    entry.not_before = validity.not_before;
    entry.not_after = validity.not_after;
    index.insert(hash_of(sha256), number);
    return number;
  }
  Host& host(MonitorId monitor) {
    if (monitor >= hosts.size()) hosts.resize(monitor + std::size_t{1});
    return hosts[monitor];
  }
  [[nodiscard]] CertificateRow row_of(const Entry& entry) const {
    return {.sha256 = tls::to_hexadecimal(entry.sha256),
            .spki_sha256 = tls::to_hexadecimal(entry.spki_sha256),
            .subject = entry.subject,
            .issuer = std::string(issuers.text(entry.issuer)),
            .not_before = entry.not_before,
            .not_after = entry.not_after,
            .latch = static_cast<std::uint8_t>(entry.latch)};
  }
  void save_host(std::uint32_t certificate, MonitorId monitor, std::uint32_t first, WallTime now,
                 StateBatch& batch) const {
    batch.certificate_hosts.push_back({.sha256 = tls::to_hexadecimal(entries[certificate].sha256),
                                       .monitor = std::string(key_of(monitor)),
                                       .first = WallTime{std::chrono::seconds{first}},
                                       .last = now});
  }

  void see_path(Entry& entry, const Validity& validity, StateBatch& batch) const;
  void move(MonitorId monitor, std::uint32_t certificate, WallTime now, StateBatch& batch);
  void leave(Host& host, WallTime now);
  void follow_paths(StateBatch& batch);
  void forget_unused(WallTime now);
  [[nodiscard]] std::vector<Expiring> expiring(const std::vector<std::uint32_t>& numbers,
                                               WallTime now) const;
};

void Certificates::Parts::see_path(Entry& entry, const Validity& validity,
                                   StateBatch& batch) const {
  if (validity.not_after < entry.next_not_after) {
    entry.next_not_before = validity.not_before;
    entry.next_not_after = validity.not_after;
  }
  if (validity.not_after >= entry.not_after) return;
  entry.not_before = validity.not_before;
  entry.not_after = validity.not_after;
  batch.certificates.push_back(row_of(entry));
}

// The monitor shows another certificate than before.
void Certificates::Parts::move(MonitorId monitor, std::uint32_t certificate, WallTime now,
                               StateBatch& batch) {
  Host& at = host(monitor);
  // A server that shows two in turn has a row of each already.
  const bool alternates = at.before == certificate;
  if (!alternates && at.certificate != kNone) {
    save_host(at.certificate, monitor, at.first, now, batch);
  }
  const std::uint32_t before = at.certificate;
  leave(at, now);
  at = {.certificate = certificate, .before = before, .first = second_of(now)};
  ++entries[certificate].monitors;
  if (!alternates) save_host(certificate, monitor, at.first, now, batch);
}

void Certificates::Parts::leave(Host& at, WallTime now) {
  if (at.certificate == kNone) return;
  Entry& entry = entries[at.certificate];
  if (--entry.monitors == 0) entry.last = now;
  at.certificate = kNone;
}

// From now on the end of a certificate's path is that which was shown since the last report.
void Certificates::Parts::follow_paths(StateBatch& batch) {
  for (Entry& entry : entries) {
    if (entry.issuer == Texts::kNone || entry.next_not_after == WallTime::max()) continue;
    if (entry.next_not_after > entry.not_after) {
      entry.not_before = entry.next_not_before;
      entry.not_after = entry.next_not_after;
      entry.latch = Expiry::far;
      batch.certificates.push_back(row_of(entry));
    }
    entry.next_not_after = WallTime::max();
  }
}

void Certificates::Parts::forget_unused(WallTime now) {
  std::vector<bool> gone(entries.size(), false);
  bool any = false;
  for (std::uint32_t number = 0; number < entries.size(); ++number) {
    Entry& entry = entries[number];
    if (entry.issuer == Texts::kNone || entry.monitors > 0) continue;
    if (now - entry.last < kForgetAfter) continue;
    index.erase(hash_of(entry.sha256), number);
    issuers.release(entry.issuer);
    entry = Entry();
    free.push_back(number);
    gone[number] = true;
    any = true;
  }
  if (!any) return;
  for (Host& at : hosts) {
    if (at.before != kNone && gone[at.before]) at.before = kNone;
  }
}

std::vector<Certificates::Expiring> Certificates::Parts::expiring(
    const std::vector<std::uint32_t>& numbers, WallTime now) const {
  std::vector<Expiring> found;
  std::vector<std::uint32_t> place(entries.size(), kNone);
  for (const std::uint32_t number : numbers) {
    const Entry& entry = entries[number];
    place[number] = static_cast<std::uint32_t>(found.size());
    found.push_back({row_of(entry), expiry(entry.not_before, entry.not_after, now), {}});
  }
  for (MonitorId monitor = 0; monitor < hosts.size(); ++monitor) {
    const std::uint32_t number = hosts[monitor].certificate;
    if (number != kNone && place[number] != kNone) found[place[number]].monitors.push_back(monitor);
  }
  std::ranges::sort(found, [](const Expiring& a, const Expiring& b) {
    return std::tie(b.expiry, a.certificate.not_after, a.certificate.sha256) <
           std::tie(a.expiry, b.certificate.not_after, b.certificate.sha256);
  });
  return found;
}

Certificates::Certificates(KeyOf key_of) : parts_(std::make_unique<Parts>()) {
  parts_->key_of = std::move(key_of);
}
Certificates::~Certificates() = default;

void Certificates::restore(const std::vector<CertificateRow>& rows,
                           const std::vector<CertificateHostRow>& hosts,
                           const std::unordered_map<std::string, MonitorId>& monitors) {
  for (const CertificateRow& row : rows) {
    const auto sha256 = digest_of(row.sha256);
    if (!sha256 || parts_->find(*sha256) != kNone) continue;
    const std::uint32_t number =
        parts_->add(*sha256, digest_of(row.spki_sha256).value_or(tls::Digest{}), row.subject,
                    row.issuer, {row.not_before, row.not_after});
    parts_->entries[number].latch = static_cast<Expiry>(std::min<std::uint8_t>(row.latch, 3));
  }
  // Of several certificates of a monitor, the last that it showed.
  std::vector<std::pair<WallTime, WallTime>> best;
  for (const CertificateHostRow& row : hosts) {
    const auto monitor = monitors.find(row.monitor);
    const auto sha256 = digest_of(row.sha256);
    if (monitor == monitors.end() || !sha256) continue;
    const std::uint32_t number = parts_->find(*sha256);
    if (number == kNone) continue;
    Host& at = parts_->host(monitor->second);
    if (best.size() < parts_->hosts.size()) best.resize(parts_->hosts.size());
    parts_->entries[number].last = std::max(parts_->entries[number].last, row.last);
    const std::pair latest(row.last, row.first);
    if (at.certificate != kNone && latest < best[monitor->second]) continue;
    best[monitor->second] = latest;
    if (at.certificate != kNone) --parts_->entries[at.certificate].monitors;
    at = {.certificate = number, .before = at.certificate, .first = second_of(row.first)};
    ++parts_->entries[number].monitors;
  }
}

void Certificates::on_chain(MonitorId monitor, const tls::Chain& chain, WallTime now,
                            StateBatch& batch) {
  if (chain.certificates.empty() || chain.certificates.front().key.empty()) return;
  const tls::Certificate& leaf = chain.certificates.front();
  const Validity validity = validity_of(chain);
  std::uint32_t number = parts_->find(leaf.sha256);
  if (number == kNone) {
    number = parts_->add(leaf.sha256, leaf.spki_sha256, leaf.subject, leaf.issuer, validity);
    batch.certificates.push_back(parts_->row_of(parts_->entries[number]));
  }
  parts_->see_path(parts_->entries[number], validity, batch);
  if (parts_->host(monitor).certificate != number) parts_->move(monitor, number, now, batch);
}

void Certificates::remove(MonitorId monitor) {
  if (monitor >= parts_->hosts.size()) return;
  // No other moment is known here; it is forgotten by the next report.
  parts_->leave(parts_->hosts[monitor], WallTime{});
  parts_->hosts[monitor] = {};
}

std::vector<Certificates::Expiring> Certificates::take_news(WallTime now, StateBatch& batch) {
  parts_->follow_paths(batch);
  parts_->forget_unused(now);
  std::vector<std::uint32_t> news;
  for (std::uint32_t number = 0; number < parts_->entries.size(); ++number) {
    Entry& entry = parts_->entries[number];
    if (entry.monitors == 0) continue;
    const Expiry level = expiry(entry.not_before, entry.not_after, now);
    if (level <= entry.latch) continue;
    entry.latch = level;
    batch.certificates.push_back(parts_->row_of(entry));
    news.push_back(number);
  }
  return parts_->expiring(news, now);
}

std::vector<Certificates::Expiring> Certificates::all_expiring(WallTime now) const {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t number = 0; number < parts_->entries.size(); ++number) {
    const Entry& entry = parts_->entries[number];
    if (entry.monitors > 0 && expiry(entry.not_before, entry.not_after, now) != Expiry::far) {
      numbers.push_back(number);
    }
  }
  return parts_->expiring(numbers, now);
}

Certificates::Page Certificates::by_end(std::uint32_t first, std::uint32_t most,
                                        std::size_t hosts_most, WallTime now) const {
  const std::deque<Entry>& entries = parts_->entries;
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t number = 0; number < entries.size(); ++number) {
    if (entries[number].monitors > 0) numbers.push_back(number);
  }
  Page page{.all = static_cast<std::uint32_t>(numbers.size()), .rows = {}};
  first = std::min(first, page.all);
  const auto begin = numbers.begin() + first;
  const auto end = begin + std::min(most, page.all - first);
  const auto ends_earlier = [&entries](std::uint32_t a, std::uint32_t b) {
    return std::tie(entries[a].not_after, entries[a].sha256) <
           std::tie(entries[b].not_after, entries[b].sha256);
  };
  std::nth_element(numbers.begin(), begin, numbers.end(), ends_earlier);
  std::partial_sort(begin, end, numbers.end(), ends_earlier);
  std::vector<std::uint32_t> place(entries.size(), kNone);
  for (auto number = begin; number != end; ++number) {
    const Entry& entry = entries[*number];
    place[*number] = static_cast<std::uint32_t>(page.rows.size());
    page.rows.push_back({.certificate = parts_->row_of(entry),
                         .expiry = expiry(entry.not_before, entry.not_after, now),
                         .hosts = entry.monitors,
                         .first_hosts = {}});
  }
  for (MonitorId monitor = 0; monitor < parts_->hosts.size(); ++monitor) {
    const std::uint32_t number = parts_->hosts[monitor].certificate;
    if (number == kNone || place[number] == kNone) continue;
    std::vector<MonitorId>& hosts = page.rows[place[number]].first_hosts;
    if (hosts.size() < hosts_most) hosts.push_back(monitor);
  }
  return page;
}

std::optional<CertificateRow> Certificates::of(MonitorId monitor) const {
  if (monitor >= parts_->hosts.size()) return std::nullopt;
  const std::uint32_t number = parts_->hosts[monitor].certificate;
  if (number == kNone) return std::nullopt;
  return parts_->row_of(parts_->entries[number]);
}

std::optional<WallTime> Certificates::end_of(MonitorId monitor) const {
  if (monitor >= parts_->hosts.size()) return std::nullopt;
  const std::uint32_t number = parts_->hosts[monitor].certificate;
  if (number == kNone) return std::nullopt;
  return parts_->entries[number].not_after;
}

void Certificates::each_expiring(WallTime now, const Expires& visit) const {
  std::vector<Expiry> all;
  all.reserve(parts_->entries.size());
  for (const Entry& entry : parts_->entries) {
    all.push_back(expiry(entry.not_before, entry.not_after, now));
  }
  for (MonitorId monitor = 0; monitor < parts_->hosts.size(); ++monitor) {
    const std::uint32_t number = parts_->hosts[monitor].certificate;
    if (number != kNone && all[number] != Expiry::far) visit(monitor, number, all[number]);
  }
}

std::size_t Certificates::size() const { return parts_->index.size(); }

std::size_t Certificates::octets_held() const {
  std::size_t octets = parts_->entries.size() * sizeof(Entry) + parts_->index.octets_held() +
                       parts_->issuers.octets_held() + parts_->hosts.capacity() * sizeof(Host);
  for (const Entry& entry : parts_->entries) octets += held_by(entry.subject);
  return octets;
}

}  // namespace mxsweep::watch
