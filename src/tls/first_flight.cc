// SPDX-License-Identifier: MIT
#include "mxsweep/tls/first_flight.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <utility>

#include "mxsweep/tls/cipher_suites.h"
#include "tls/extensions.h"
#include "tls/limits.h"

namespace mxsweep::tls {
namespace {

constexpr std::size_t kHeaderOctets = 5;
constexpr std::size_t kRecordOctetsMax = 16'384 + 2'048;  // RFC 5246 section 6.2.3.
constexpr std::size_t kFlightOctetsMax = std::size_t{128} * 1024;
constexpr std::size_t kExtensionsMax = 64;  // A server answers those of ours, which are ten.

constexpr unsigned kAlertRecord = 21;
constexpr unsigned kHandshakeRecord = 22;

constexpr unsigned kServerHello = 2;
constexpr unsigned kCertificate = 11;
constexpr unsigned kKeyExchange = 12;
constexpr unsigned kCertificateRequest = 13;
constexpr unsigned kHelloDone = 14;
constexpr unsigned kCertificateStatus = 22;

// The random of a HelloRetryRequest (RFC 8446 section 4.1.3): SHA-256 of "HelloRetryRequest".
constexpr std::string_view kRetryRandom(
    "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"
    "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c",
    32);
// The end of the random when a server that has TLS 1.3 chose TLS 1.2.
constexpr std::string_view kDowngraded("DOWNGRD\x01", 8);

// Takes numbers and parts off the front. Once something is missing, everything is.
class Parts {
 public:
  explicit Parts(std::string_view octets) : rest_(octets) {}

  std::string_view take(std::size_t octets) {
    if (octets > rest_.size()) failed_ = true;
    const std::string_view part = rest_.substr(0, failed_ ? 0 : octets);
    rest_.remove_prefix(part.size());
    return part;
  }
  std::size_t number(std::size_t octets) {
    std::size_t value = 0;
    for (const char octet : take(octets)) value = value << 8U | static_cast<unsigned char>(octet);
    return value;
  }
  std::uint16_t number16() { return static_cast<std::uint16_t>(number(2)); }
  std::string_view counted(std::size_t octets) { return take(number(octets)); }

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

unsigned octet_at(std::string_view octets, std::size_t at) {
  return static_cast<unsigned char>(octets[at]);
}

// As in RFC 8446 section 5.1; the version's first octet is 3 since SSL 3.0.
bool begins_like_tls(std::string_view octets) {
  const bool type_fits = octets.empty() || (octet_at(octets, 0) >= 20 && octet_at(octets, 0) <= 23);
  return type_fits && (octets.size() < 2 || octet_at(octets, 1) == 3);
}

std::uint16_t bits_of(std::string_view number) {
  while (!number.empty() && number.front() == 0) number.remove_prefix(1);
  if (number.empty()) return 0;
  const auto bits = number.size() * 8 - 8 + std::bit_width(octet_at(number, 0));
  return static_cast<std::uint16_t>(std::min<std::size_t>(bits, 0xffff));
}

}  // namespace

FirstFlight::State FirstFlight::read(std::string_view octets) {
  if (state_ != State::reading) return state_;
  octets_ += octets.size();
  records_.append(octets);
  state_ = read_records();
  if (state_ == State::reading && octets_ > kFlightOctetsMax) state_ = State::flood;
  // Whatever came after a choice does not undo it.
  if (answer_.chose() && (state_ == State::malformed || state_ == State::flood))
    state_ = State::complete;
  return state_;
}

FirstFlight::State FirstFlight::read_records() {
  std::size_t read = 0;
  State state = State::reading;
  while (state == State::reading) {
    const std::string_view rest = std::string_view(records_).substr(read);
    if (!begins_like_tls(rest)) {
      const bool first = read == 0 && records_.size() == octets_;
      return first ? State::not_tls : State::malformed;
    }
    if (rest.size() < kHeaderOctets) break;
    const std::size_t length = octet_at(rest, 3) << 8U | octet_at(rest, 4);
    if (length > kRecordOctetsMax || length == 0) return State::malformed;
    if (rest.size() < kHeaderOctets + length) break;
    const std::string_view body = rest.substr(kHeaderOctets, length);
    const unsigned type = octet_at(rest, 0);
    if (type == kAlertRecord) {
      state = read_alerts(body);
    } else if (type == kHandshakeRecord) {
      messages_.append(body);
      state = read_messages();
    } else {
      state = State::malformed;
    }
    read += kHeaderOctets + length;
  }
  records_.erase(0, read);
  return state;
}

// A warning does not end the handshake, unless it is close_notify.
FirstFlight::State FirstFlight::read_alerts(std::string_view alerts) {
  constexpr unsigned kWarning = 1;
  constexpr unsigned kFatal = 2;
  if (alerts.size() != 2) return State::malformed;
  const unsigned level = octet_at(alerts, 0);
  const unsigned alert = octet_at(alerts, 1);
  if (level == kWarning && alert != 0) return State::reading;
  if (level != kWarning && level != kFatal) return State::malformed;
  if (answer_.chose()) return State::complete;
  answer_.kind = ServerAnswer::Kind::alert;
  answer_.alert = static_cast<std::uint8_t>(alert);
  return State::complete;
}

FirstFlight::State FirstFlight::read_messages() {
  constexpr std::size_t kMessageHeader = 4;
  std::size_t read = 0;
  State state = State::reading;
  while (state == State::reading && messages_.size() - read >= kMessageHeader) {
    Parts parts(std::string_view(messages_).substr(read));
    const auto type = static_cast<unsigned>(parts.number(1));
    const std::size_t length = parts.number(3);
    if (length > kMessageOctetsMax) return State::flood;
    const std::string_view body = parts.take(length);
    if (parts.failed()) break;
    state = on_message(type, body);
    read += kMessageHeader + length;
  }
  messages_.erase(0, read);
  return state;
}

FirstFlight::State FirstFlight::on_message(unsigned type, std::string_view body) {
  if (!answer_.chose()) return type == kServerHello ? read_hello(body) : State::malformed;
  switch (type) {
    case kCertificate:
    case kCertificateStatus: return State::reading;
    case kKeyExchange: return read_key_exchange(body);
    case kCertificateRequest:
    case kHelloDone: return State::complete;
    default: return State::malformed;
  }
}

FirstFlight::State FirstFlight::read_hello(std::string_view body) {
  Parts hello(body);
  ServerAnswer seen;
  seen.version = hello.number16();
  const std::string_view random = hello.take(32);
  static_cast<void>(hello.counted(1));  // The session id.
  seen.cipher = hello.number16();
  static_cast<void>(hello.take(1));  // The compression.
  Parts extensions(hello.empty() ? std::string_view() : hello.counted(2));
  if (hello.failed() || !hello.empty()) return State::malformed;
  const bool retry = random == kRetryRandom;
  while (!extensions.empty()) {
    const std::uint16_t number = extensions.number16();
    Parts body_of(extensions.counted(2));
    if (extensions.failed() || seen.extensions.size() == kExtensionsMax) return State::malformed;
    seen.extensions.push_back(number);
    if (number == extensions::kSupportedVersions) {
      seen.version = body_of.number16();
    } else if (number == extensions::kKeyShare) {
      seen.group = body_of.number16();
    } else if (number == extensions::kAlpn) {
      Parts protocols(body_of.counted(2));
      seen.alpn = protocols.counted(1);
      if (protocols.failed()) return State::malformed;
    }
    if (body_of.failed()) return State::malformed;
  }
  if (version_text(seen.version).empty()) return State::malformed;
  if (retry && seen.version != kTls13) return State::malformed;
  seen.kind = retry ? ServerAnswer::Kind::retry : ServerAnswer::Kind::hello;
  seen.could_do_1_3 = seen.version < kTls13 && random.ends_with(kDowngraded);
  answer_ = std::move(seen);
  return answer_.version == kTls13 ? State::complete : State::reading;
}

FirstFlight::State FirstFlight::read_key_exchange(std::string_view body) {
  const CipherSuite* const suite = find_cipher_suite(answer_.cipher);
  if (suite == nullptr) return State::complete;
  Parts exchange(body);
  if (suite->name.find("_ECDH") != suite->name.npos) {
    constexpr std::size_t kNamedCurve = 3;
    const bool named = exchange.number(1) == kNamedCurve;
    const std::uint16_t group = exchange.number16();
    if (named && !exchange.failed()) answer_.group = group;
  } else {
    const std::string_view prime = exchange.counted(2);
    if (!exchange.failed()) answer_.dh_bits = bits_of(prime);
  }
  return State::complete;
}

}  // namespace mxsweep::tls
