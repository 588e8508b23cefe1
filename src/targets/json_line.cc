// SPDX-License-Identifier: MIT
#include "targets/json_line.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <utility>

#include "mxsweep/json/value.h"
#include "targets/endpoint.h"

namespace mxsweep::targets {
namespace {

namespace ondemand = simdjson::ondemand;

enum Key : std::size_t {
  kTarget,
  kPort,
  kTls,
  kName,
  kMeta,
  kProtocol,
  kOwnKeyCount,
  kVersion = kOwnKeyCount,
  kIp,
  kPorts,
  kSourceAddress,
  kSourcePort,
  kResults,
  kStatus,
  kKeyCount
};
constexpr std::array<std::string_view, kKeyCount> kKeys = {
    "target", "port",  "tls",   "name",  "meta",    "protocol", "v",
    "ip",     "ports", "saddr", "sport", "results", "status"};

}  // namespace

// The members of the object, by the keys that any of the forms has.
struct JsonMembers {
  struct Member {
    std::string_view json;                 // As in the line; empty if `text` is set.
    std::optional<std::string_view> text;  // The decoded string.
  };

  std::array<std::optional<Member>, kKeyCount> of;
  std::optional<std::string_view> unknown;  // The first key that no form has.
  Fault repeated;                           // The fault of the first key that is there twice.
  bool meta_is_doubtful = false;

  [[nodiscard]] bool has(Key key) const { return of[key].has_value(); }
  [[nodiscard]] std::string_view json(Key key) const { return of[key]->json; }
  [[nodiscard]] std::optional<std::string_view> text(Key key) const {
    return of[key] ? of[key]->text : std::nullopt;
  }
};

namespace {

// Values of Fault::why. Records contain them: new ones may be added, none may be changed.
constexpr std::string_view kBroken = "not well-formed JSON";
constexpr std::string_view kMissing = "missing";
constexpr std::string_view kTwice = "stands there twice";
constexpr std::string_view kNoString = "not a string";
constexpr std::string_view kNoInteger = "not an integer";
constexpr std::string_view kNoArray = "not an array of objects that have a port";
constexpr std::string_view kNoMode = "none of auto, starttls, implicit, off";
constexpr std::string_view kNoProtocol = "none of smtp, imap, pop3";
constexpr std::string_view kContradicts = "not what the target says";
constexpr std::string_view kBareReturn = "has a carriage return";

Fault broken(std::string_view key = {}) { return {Cause::input_json, key, kBroken}; }
Fault wrong(Key key, std::string_view why) { return {Cause::input_json, kKeys[key], why}; }
// A fault whose cause needs no further explanation.
Fault of(Cause cause, Key key) { return {cause, cause == Cause::none ? "" : kKeys[key], {}}; }
bool is_fault(const Fault& fault) { return fault.cause != Cause::none; }

// Returns a fault for malformed JSON only. Other faults are kept in `members` until the whole
// object has been read, because malformed JSON is reported first.
Fault read_member(ondemand::document& document, ondemand::field& field, JsonMembers& members) {
  std::string_view key;
  if (field.unescaped_key().get(key) != simdjson::SUCCESS) return broken();
  const auto known = static_cast<std::size_t>(std::ranges::find(kKeys, key) - kKeys.begin());
  JsonMembers::Member member;
  const bool is_text = known != kKeyCount && known != kMeta &&
                       std::string_view(field.value().raw_json_token()).starts_with('"');
  if (is_text) {
    std::string_view text;
    if (field.value().get_string().get(text) != simdjson::SUCCESS) return broken(key);
    member.text = text;
  } else {
    const std::optional<std::string_view> json = json::raw_value(document, field.value());
    if (!json) return broken(key);
    member.json = *json;
  }
  if (known == kKeyCount) {
    if (!members.unknown) members.unknown = key;
  } else if (members.of[known]) {  // A repeated key is ambiguous.
    if (!is_fault(members.repeated)) members.repeated = wrong(static_cast<Key>(known), kTwice);
    if (known == kMeta) members.meta_is_doubtful = true;
  } else {
    members.of[known] = member;
  }
  return {};
}

Fault read_members(ondemand::document& document, JsonMembers& members) {
  ondemand::object object;
  if (document.get_object().get(object) != simdjson::SUCCESS) return broken();
  for (simdjson::simdjson_result<ondemand::field> member : object) {
    ondemand::field field;
    if (std::move(member).get(field) != simdjson::SUCCESS) return broken();
    const Fault fault = read_member(document, field, members);
    if (is_fault(fault)) return fault;
  }
  // Only the end of the line may follow the object.
  const bool at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  return at_end ? members.repeated : broken();
}

Fault apply_port(std::string_view json, Key key, Line& line) {
  if (!json::is_integer(json)) return wrong(key, kNoInteger);
  const bool contradicts = line.port != 0;
  Fault fault = of(add_port(json, line), key);
  if (is_fault(fault) && contradicts) fault.why = kContradicts;
  return fault;
}

Fault apply_tls(std::string_view word, Line& line) {
  TlsMode mode = TlsMode::from_flags;
  if (word == "auto") {
    mode = TlsMode::automatic;
  } else if (word == "starttls") {
    mode = TlsMode::starttls;
  } else if (word == "implicit") {
    mode = TlsMode::implicit;
  } else if (word == "off") {
    mode = TlsMode::off;
  } else {
    return wrong(kTls, kNoMode);
  }
  if (line.tls != TlsMode::from_flags && line.tls != mode) return wrong(kTls, kContradicts);
  line.tls = mode;
  return {};
}

Fault apply_protocol(std::string_view word, Line& line) {
  for (const Protocol protocol : {Protocol::smtp, Protocol::imap, Protocol::pop3}) {
    if (word != to_string(protocol)) continue;
    if (line.protocol && line.protocol != protocol) return wrong(kProtocol, kContradicts);
    line.protocol = protocol;
    return {};
  }
  return wrong(kProtocol, kNoProtocol);
}

Fault take_name(std::string_view name, Line& line) {
  if (!line.name.empty() && line.name != name) return wrong(kName, kContradicts);
  if (!is_host_name(name)) return of(Cause::input_syntax, kName);
  line.name = name;
  return {};
}

// A bare CR is white space in JSON, but many line readers treat it as a line end: passed through,
// it would split our record in two.
bool can_be_passed(std::string_view meta) { return meta.find('\r') == std::string_view::npos; }

Fault apply_meta(std::string_view json, Line& line) {
  if (!can_be_passed(json)) return wrong(kMeta, kBareReturn);
  line.meta = json;
  return {};
}

// Applies the members other than the address. Requires: their types were checked.
Fault apply_rest(const JsonMembers& members, Line& line) {
  Fault fault;
  if (members.has(kPort)) fault = apply_port(members.json(kPort), kPort, line);
  if (!is_fault(fault) && members.has(kName)) fault = take_name(*members.text(kName), line);
  if (!is_fault(fault) && members.has(kMeta)) fault = apply_meta(members.json(kMeta), line);
  if (!is_fault(fault) && members.has(kProtocol)) {
    fault = apply_protocol(*members.text(kProtocol), line);
  }
  return fault;
}

bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

// The fault of the first of these keys that is present and not a string.
Fault without_text(const JsonMembers& members, std::initializer_list<Key> keys) {
  for (const Key key : keys) {
    if (members.has(key) && !members.text(key)) return wrong(key, kNoString);
  }
  return {};
}

}  // namespace

Fault JsonLine::read_own(const JsonMembers& members, bool mail_domains, Line& line) const {
  if (const Fault fault = without_text(members, {kTarget, kTls, kName, kProtocol});
      is_fault(fault)) {
    return fault;
  }
  for (std::size_t key = kOwnKeyCount; key < kKeyCount; ++key) {
    if (members.of[key]) return of(Cause::input_unknown_key, static_cast<Key>(key));
  }
  if (members.unknown) return {Cause::input_unknown_key, *members.unknown, {}};
  if (!members.has(kTarget)) return wrong(kTarget, kMissing);
  Fault fault = of(read_text(*members.text(kTarget), mail_domains, {}, line), kTarget);
  if (!is_fault(fault) && members.has(kTls)) fault = apply_tls(*members.text(kTls), line);
  return is_fault(fault) ? fault : apply_rest(members, line);
}

// Reads the server of a record: the record's address, or its target if it has none. The scheme of
// the target ("smtps://") still sets the TLS mode; port and name are those of the record.
Fault JsonLine::read_record(const JsonMembers& members, bool mail_domains, Line& line) const {
  if (const Fault fault = without_text(members, {kTarget, kIp, kName, kProtocol});
      is_fault(fault)) {
    return fault;
  }
  const std::string_view target = *members.text(kTarget);
  if (!is_printable(target)) return of(Cause::input_syntax, kTarget);
  const Cause as_written = read_text(target, mail_domains, {}, line);
  const TlsMode tls = line.tls;
  const std::optional<Protocol> protocol = line.protocol;
  const std::string_view host = line.host;
  if (members.has(kIp) || members.has(kPort) || members.has(kName)) line.port = 0;
  if (members.has(kIp)) {
    line = {};
    line.text = target;
    line.host = host;
    line.tls = tls;
    line.protocol = protocol;
    const Cause cause = read_address(*members.text(kIp), line);
    if (cause != Cause::none) return of(cause, kIp);
  } else if (as_written != Cause::none) {
    return of(as_written, kTarget);
  }
  if (members.has(kName)) line.name = {};
  return apply_rest(members, line);
}

Fault JsonLine::read_zmap(const JsonMembers& members, Line& line) const {
  if (!members.text(kSourceAddress)) return wrong(kSourceAddress, kNoString);
  line.text = *members.text(kSourceAddress);
  const Cause cause = read_address(line.text, line);
  if (cause != Cause::none) return of(cause, kSourceAddress);
  if (!members.has(kSourcePort)) return {};
  return apply_port(members.json(kSourcePort), kSourcePort, line);
}

// Reads the name that was looked up. The answers are not used: a record says what DNS answers when
// the server is visited.
Fault JsonLine::read_zdns(const JsonMembers& members, bool mail_domains, Line& line) const {
  if (!members.text(kName)) return wrong(kName, kNoString);
  return of(read_text(*members.text(kName), mail_domains, {}, line), kName);
}

Fault JsonLine::read_masscan(const JsonMembers& members, Line& line) {
  if (!members.text(kIp)) return wrong(kIp, kNoString);
  line.text = *members.text(kIp);
  const Cause cause = read_address(line.text, line);
  if (cause != Cause::none) return of(cause, kIp);
  if (members.has(kPort)) return apply_port(members.json(kPort), kPort, line);
  if (!members.has(kPorts)) return {};
  const Fault of_ports = read_ports(members.json(kPorts));
  line.ports = ports_;
  return of_ports;
}

// Reads "[{"port":25,...},...]". Requires: `json` is a view into padded_, for the octets after it.
Fault JsonLine::read_ports(std::string_view json) {
  ports_.clear();
  ondemand::document document;
  ondemand::array array;
  const simdjson::padded_string_view padded(json.data(), json.size(),
                                            json.size() + simdjson::SIMDJSON_PADDING);
  const Fault no_array = wrong(kPorts, kNoArray);
  if (ports_parser_.iterate(padded).get(document) != simdjson::SUCCESS) return no_array;
  if (document.get_array().get(array) != simdjson::SUCCESS) return no_array;
  for (simdjson::simdjson_result<ondemand::value> element : array) {
    ondemand::object object;
    std::int64_t port = 0;
    if (element.get_object().get(object) != simdjson::SUCCESS) return no_array;
    if (object["port"].get_int64().get(port) != simdjson::SUCCESS) return no_array;
    if (port < 1 || port > UINT16_MAX) return of(Cause::input_port, kPorts);
    ports_.push_back(static_cast<std::uint16_t>(port));
  }
  return ports_.empty() ? no_array : Fault{};
}

Fault JsonLine::read_form(const JsonMembers& members, bool mail_domains, Line& line) {
  if (members.has(kTarget)) {
    const bool is_record = members.has(kVersion) && members.json(kVersion) == "1";
    return is_record ? read_record(members, mail_domains, line)
                     : read_own(members, mail_domains, line);
  }
  if (members.has(kSourceAddress)) return read_zmap(members, line);
  if (members.has(kIp)) return read_masscan(members, line);
  if (members.has(kName) && (members.has(kResults) || members.has(kStatus))) {
    return read_zdns(members, mail_domains, line);
  }
  return read_own(members, mail_domains, line);
}

Cause JsonLine::read(std::string_view json, bool mail_domains, Line& line) {
  line = {};
  padded_.assign(json).append(simdjson::SIMDJSON_PADDING, ' ');
  const simdjson::padded_string_view padded(padded_.data(), json.size(), padded_.size());
  ondemand::document document;
  JsonMembers members;
  fault_ = broken();
  if (parser_.iterate(padded).get(document) == simdjson::SUCCESS) {
    fault_ = read_members(document, members);
    if (!is_fault(fault_)) fault_ = read_form(members, mail_domains, line);
  }
  if (!is_fault(fault_)) return Cause::none;
  line = {};
  const bool has_meta = members.has(kMeta) && !members.meta_is_doubtful;
  if (has_meta && can_be_passed(members.json(kMeta))) line.meta = members.json(kMeta);
  return fault_.cause;
}

}  // namespace mxsweep::targets
