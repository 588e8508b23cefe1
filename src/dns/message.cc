// SPDX-License-Identifier: MIT
#include "mxsweep/dns/message.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep::dns {
namespace {

constexpr std::uint16_t kClassInternet = 1;
constexpr std::uint16_t kResponse = 0x8000;
constexpr std::uint16_t kOpcode = 0x7800;
constexpr std::uint16_t kTruncated = 0x0200;
constexpr std::uint16_t kRecursionDesired = 0x0100;
constexpr std::uint16_t kAuthentic = 0x0020;
constexpr std::uint16_t kCheckingDisabled = 0x0010;
constexpr std::uint16_t kCode = 0x000f;
constexpr std::uint8_t kPointer = 0xc0;
constexpr std::size_t kPointersMax = kNameOctetsMax / 2;  // As many as a name can have labels.

constexpr unsigned kNoError = 0;
constexpr unsigned kNxDomain = 3;
constexpr unsigned kRefused = 5;
constexpr unsigned kOtherCode = 16;  // BADVERS and every code above it.

constexpr std::uint16_t kOptionExtendedError = 15;

bool stands_for_itself(unsigned char octet) {
  return octet > ' ' && octet < 0x7f && octet != '.' && octet != '\\' &&
         !is_upper(static_cast<char>(octet));
}

void append_octet(std::string& text, unsigned char octet) {
  octet = static_cast<unsigned char>(lower(static_cast<char>(octet)));
  if (stands_for_itself(octet)) {
    text += static_cast<char>(octet);
    return;
  }
  text += {'\\', static_cast<char>('0' + octet / 100), static_cast<char>('0' + octet / 10 % 10),
           static_cast<char>('0' + octet % 10)};
}

// Removes the octet that `text` starts with and returns it; an empty optional if \DDD is broken.
std::optional<unsigned char> take_octet(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first != '\\') {
    text.remove_prefix(1);
    if (!stands_for_itself(first)) return std::nullopt;
    return first;
  }
  if (text.size() < 4) return std::nullopt;
  unsigned value = 0;
  for (const char digit : text.substr(1, 3)) {
    if (!is_digit(digit)) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(digit - '0');
  }
  text.remove_prefix(4);
  if (value > 255) return std::nullopt;
  const auto octet = static_cast<unsigned char>(value);
  if (is_upper(static_cast<char>(octet)) || stands_for_itself(octet)) return std::nullopt;
  return octet;
}

void append_number(std::string& octets, unsigned number) {
  octets += static_cast<char>(number >> 8U & 0xffU);
  octets += static_cast<char>(number & 0xffU);
}

// Appends the octets of the name. False if it is not a name; some octets may then be appended.
bool append_name(std::string& octets, std::string_view name) {
  const std::size_t begin = octets.size();
  while (!name.empty()) {
    const std::size_t length_at = octets.size();
    octets += '\0';
    while (!name.empty() && name.front() != '.') {
      const auto octet = take_octet(name);
      if (!octet) return false;
      octets += static_cast<char>(*octet);
    }
    const std::size_t length = octets.size() - length_at - 1;
    if (length == 0 || length > kLabelOctetsMax) return false;
    octets[length_at] = static_cast<char>(length);
    if (!name.empty()) {
      name.remove_prefix(1);
      if (name.empty()) return false;  // A dot at the end.
    }
  }
  octets += '\0';
  return octets.size() - begin <= kNameOctetsMax;
}

struct Record {
  Type type{};
  std::uint16_t klass = 0;
  std::uint32_t ttl = 0;
  std::size_t begin = 0;  // Of its data.
  std::size_t end = 0;
};

// Reads a message from front to back. After the first read beyond its end it stays failed, and all
// reads return zeros.
class Reader {
 public:
  explicit Reader(std::string_view message) : message_(message) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::size_t at() const { return at_; }
  void move_to(std::size_t at) { at_ = at; }
  void fail() { failed_ = true; }

  std::string_view take(std::size_t size) {
    if (failed_ || message_.size() - at_ < size) {
      failed_ = true;
      return {};
    }
    at_ += size;
    return message_.substr(at_ - size, size);
  }
  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    for (const char octet : take(size)) value = value << 8U | static_cast<unsigned char>(octet);
    return value;
  }
  std::uint16_t number16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t number32() { return number(4); }

  void name(std::string& text);
  // Reads a record's owner and fixed fields, and moves on to the end of its data.
  Record record(std::string& owner);
  [[nodiscard]] bool at_end() const { return at_ == message_.size(); }
  [[nodiscard]] std::string_view view(std::size_t begin, std::size_t end) const {
    return message_.substr(begin, end - begin);
  }

 private:
  std::string_view message_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

void Reader::name(std::string& text) {
  text.clear();
  // A pointer must lead to before the run of labels that it ends, so pointers cannot form a loop.
  std::size_t run = at_;
  std::size_t pointers = 0;
  std::optional<std::size_t> behind;
  std::size_t octets = 1;
  while (!failed_) {
    const auto length = static_cast<std::uint8_t>(number(1));
    if (length == 0) break;
    if ((length & kPointer) == kPointer) {
      const std::size_t target = (length & 0x3fU) << 8U | number(1);
      if (!behind) behind = at_;
      if (target >= run || ++pointers > kPointersMax) fail();
      run = target;
      at_ = target;
      continue;
    }
    octets += std::size_t{1} + length;
    if (length > kLabelOctetsMax || octets > kNameOctetsMax) fail();
    if (!text.empty()) text += '.';
    for (const char octet : take(length)) append_octet(text, static_cast<unsigned char>(octet));
  }
  if (behind) at_ = *behind;
}

Record Reader::record(std::string& owner) {
  name(owner);
  Record record;
  record.type = static_cast<Type>(number16());
  record.klass = number16();
  record.ttl = number32();
  if (record.ttl > INT32_MAX && record.type != Type::opt) record.ttl = 0;
  const std::size_t size = number16();
  record.begin = at_;
  take(size);
  record.end = at_;
  return record;
}

class Response {
 public:
  Response(std::string_view message, std::string_view name, Type type, Checking checking)
      : reader_(message), asked_(name), current_(name), type_(type), checking_(checking) {}

  Answer read() {
    header();
    for (unsigned i = 0; i < answers_ && !reader_.failed(); ++i) answer_record();
    for (unsigned i = 0; i < authorities_ && !reader_.failed(); ++i) authority_record();
    for (unsigned i = 0; i < additionals_ && !reader_.failed(); ++i) additional_record();
    if (reader_.failed()) return {};
    conclude();
    return std::move(answer_);
  }

 private:
  void header();
  void answer_record();
  void authority_record();
  void additional_record();
  void follow_alias();
  void keep(const Record& record);
  void keep_start_of_authority();
  void extended_error(const Record& options);
  void conclude();

  void limit_ttl(std::uint32_t seconds) { ttl_ = std::min(ttl_.value_or(seconds), seconds); }
  [[nodiscard]] std::size_t values() const {
    return answer_.addresses.size() + answer_.exchanges.size() + answer_.data.size();
  }
  [[nodiscard]] bool names_in_data() const {
    return type_ == Type::cname || type_ == Type::ns || type_ == Type::ptr;
  }

  Reader reader_;
  std::string_view asked_;
  std::string current_;  // The end of the CNAME chain so far.
  Type type_;
  Checking checking_;
  Answer answer_;
  std::string name_;  // Scratch.
  unsigned answers_ = 0;
  unsigned authorities_ = 0;
  unsigned additionals_ = 0;
  std::optional<std::uint32_t> ttl_;
  bool loop_ = false;
  bool negative_ = false;       // The authority section has an SOA.
  bool referral_ = false;       // The authority section has NS records.
  bool extended_code_ = false;  // RCODE has more than four bits: not one that we know.
};

void Response::header() {
  reader_.take(2);
  const std::uint16_t flags = reader_.number16();
  const std::uint16_t questions = reader_.number16();
  answers_ = reader_.number16();
  authorities_ = reader_.number16();
  additionals_ = reader_.number16();
  reader_.name(name_);
  const std::uint16_t type = reader_.number16();
  const std::uint16_t klass = reader_.number16();
  const bool ours = questions == 1 && name_ == asked_ &&
                    type == static_cast<std::uint16_t>(type_) && klass == kClassInternet;
  // The transport repeats a truncated query over TCP, so a response with TC here is malformed.
  if ((flags & kResponse) == 0 || (flags & (kOpcode | kTruncated)) != 0 || !ours) reader_.fail();
  answer_.authentic = (flags & kAuthentic) != 0 && checking_ == Checking::enabled;
  answer_.code = static_cast<std::uint8_t>(flags & kCode);
}

// Resolvers send a CNAME chain in order, and stub resolvers have always relied on it. Records of a
// name outside the chain were not asked for and may be forged: they are ignored.
void Response::answer_record() {
  const Record record = reader_.record(name_);
  if (reader_.failed() || record.klass != kClassInternet || name_ != current_) return;
  const std::size_t behind = reader_.at();
  reader_.move_to(record.begin);
  if (record.type == type_) {
    limit_ttl(record.ttl);
    keep(record);
  } else if (record.type == Type::cname && values() == 0) {
    limit_ttl(record.ttl);
    follow_alias();
  } else {
    reader_.move_to(record.end);
  }
  if (reader_.at() != record.end) reader_.fail();
  reader_.move_to(behind);
}

void Response::follow_alias() {
  reader_.name(name_);
  const auto& chain = answer_.aliases;
  const bool seen = name_ == asked_ || std::find(chain.begin(), chain.end(), name_) != chain.end();
  loop_ = loop_ || seen || chain.size() == kAliasesMax;
  if (loop_) return;
  current_ = name_;
  answer_.aliases.push_back(name_);
}

void Response::keep(const Record& record) {
  if (values() == kValuesMax) {
    answer_.truncated = true;
    reader_.move_to(record.end);
  } else if (type_ == Type::a || type_ == Type::aaaa) {
    Address address{.family = type_ == Type::a ? Family::ipv4 : Family::ipv6};
    const std::string_view octets = reader_.take(type_ == Type::a ? 4 : 16);
    std::copy(octets.begin(), octets.end(), address.octets.begin());
    answer_.addresses.push_back(address);
  } else if (type_ == Type::mx) {
    const std::uint16_t preference = reader_.number16();
    reader_.name(name_);
    answer_.exchanges.push_back({preference, name_});
  } else if (names_in_data()) {
    reader_.name(name_);
    answer_.data.push_back(name_);
  } else if (type_ == Type::soa) {
    keep_start_of_authority();
  } else {
    answer_.data.emplace_back(reader_.take(record.end - record.begin));
  }
}

void Response::keep_start_of_authority() {
  std::string text;
  for (int i = 0; i < 2; ++i) {
    reader_.name(name_);
    text += name_ + ' ';
  }
  for (int i = 0; i < 5; ++i) text += (i == 0 ? "" : " ") + std::to_string(reader_.number32());
  answer_.data.push_back(std::move(text));
}

void Response::authority_record() {
  const Record record = reader_.record(name_);
  if (reader_.failed() || record.klass != kClassInternet) return;
  if (record.type == Type::ns) referral_ = true;
  if (record.type != Type::soa || negative_) return;
  negative_ = true;
  const std::size_t behind = reader_.at();
  reader_.move_to(record.begin);
  reader_.name(name_);
  reader_.name(name_);
  reader_.take(16);  // Serial, refresh, retry, expire.
  const std::uint32_t minimum = reader_.number32();
  if (reader_.at() != record.end) reader_.fail();
  reader_.move_to(behind);
  if (values() == 0) limit_ttl(std::min(record.ttl, minimum));
}

void Response::additional_record() {
  const Record record = reader_.record(name_);
  if (reader_.failed() || record.type != Type::opt) return;
  if (record.ttl >> 24U != 0) extended_code_ = true;
  if (!answer_.extended_error) extended_error(record);
}

// Options that contradict their lengths are ignored, because the answer itself is whole.
void Response::extended_error(const Record& options) {
  Reader reader(reader_.view(options.begin, options.end));
  while (!reader.failed() && !reader.at_end()) {
    const std::uint16_t option = reader.number16();
    const std::string_view data = reader.take(reader.number16());
    if (reader.failed() || option != kOptionExtendedError || data.size() < 2) continue;
    Reader inside(data);
    const std::uint16_t code = inside.number16();
    answer_.extended_error = {code, std::string(data.substr(2, kExtendedTextMax))};
    return;
  }
}

void Response::conclude() {
  const bool found = values() != 0;
  const unsigned code = extended_code_ ? kOtherCode : answer_.code;
  if (code == kNxDomain) {
    answer_.status = found ? LookupStatus::malformed : LookupStatus::nxdomain;
  } else if (code == kRefused) {
    answer_.status = LookupStatus::refused;
  } else if (code != kNoError) {
    answer_.status = LookupStatus::servfail;
  } else if (found) {
    answer_.status = LookupStatus::found;
  } else if (loop_) {
    answer_.status = LookupStatus::alias_loop;
  } else {
    // A server that only returns a referral does not offer recursion.
    answer_.status = referral_ && !negative_ ? LookupStatus::refused : LookupStatus::no_data;
  }
  if (answer_.status != LookupStatus::found) {
    answer_.addresses.clear();
    answer_.exchanges.clear();
    answer_.data.clear();
    if (!negative_) ttl_ = 0;
  }
  answer_.ttl = std::chrono::seconds{ttl_.value_or(0)};
}

// The extended errors by which a resolver reports that its validation failed (RFC 8914, 4.6 to
// 4.13): indeterminate and unsupported ones are answered, not refused, and do not count.
bool is_validation_failure(std::uint16_t code) { return code >= 6 && code <= 12; }

}  // namespace

std::string_view to_string(LookupStatus status) {
  switch (status) {
    case LookupStatus::found: return "found";
    case LookupStatus::no_data: return "no_data";
    case LookupStatus::nxdomain: return "nxdomain";
    case LookupStatus::alias_loop: return "alias_loop";
    case LookupStatus::servfail: return "servfail";
    case LookupStatus::refused: return "refused";
    case LookupStatus::malformed: return "malformed";
    case LookupStatus::timeout: return "timeout";
    case LookupStatus::unreachable: return "unreachable";
  }
  return {};
}

std::string_view to_string(Validation validation) {
  switch (validation) {
    case Validation::unknown: return "unknown";
    case Validation::secure: return "secure";
    case Validation::insecure: return "insecure";
    case Validation::bogus: return "bogus";
  }
  return {};
}

Validation validation_of(const Answer& answer, bool validates) {
  if (!validates) return Validation::unknown;
  const bool answered = answer.status == LookupStatus::found || is_absent(answer);
  if (answered) return answer.authentic ? Validation::secure : Validation::insecure;
  const bool bogus = answer.status == LookupStatus::servfail && answer.extended_error &&
                     is_validation_failure(answer.extended_error->code);
  return bogus ? Validation::bogus : Validation::unknown;
}

bool is_absent(const Answer& answer) {
  return answer.status == LookupStatus::no_data || answer.status == LookupStatus::nxdomain;
}

bool is_name(std::string_view name) {
  std::string octets;
  return append_name(octets, name);
}

std::string write_query(std::string_view name, Type type, std::uint16_t id, Checking checking) {
  std::string octets;
  octets.reserve(12 + kNameOctetsMax + 4 + 11);
  append_number(octets, id);
  const unsigned wish = checking == Checking::enabled ? kAuthentic : kCheckingDisabled;
  append_number(octets, kRecursionDesired | wish);
  for (const unsigned count : {1U, 0U, 0U, 1U}) append_number(octets, count);
  INVARIANT(append_name(octets, name));
  append_number(octets, static_cast<unsigned>(type));
  append_number(octets, kClassInternet);
  octets += '\0';  // OPT: the owner is the root, the class a size, the TTL flags; no data.
  append_number(octets, static_cast<unsigned>(Type::opt));
  append_number(octets, kUdpOctetsMax);
  for (int i = 0; i < 3; ++i) append_number(octets, 0);
  return octets;
}

Answer read_response(std::string_view message, std::string_view name, Type type,
                     Checking checking) {
  return Response(message, name, type, checking).read();
}

}  // namespace mxsweep::dns
