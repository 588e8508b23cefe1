// SPDX-License-Identifier: MIT
#include "targets/json_line.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "targets/endpoint.h"
#include "targets/json_value.h"

namespace mxsweep::targets {
namespace {

namespace ondemand = simdjson::ondemand;

enum Key : std::size_t {
  kTarget,
  kPort,
  kTls,
  kName,
  kMeta,
  kOwnKeyCount,
  kVersion = kOwnKeyCount,
  kIp,
  kPorts,
  kSourceAddress,
  kSourcePort,
  kKeyCount
};
constexpr std::array<std::string_view, kKeyCount> kKeys = {
    "target", "port", "tls", "name", "meta", "v", "ip", "ports", "saddr", "sport"};

}  // namespace

// What the object says of each key that some form has.
struct JsonMembers {
  struct Member {
    std::string_view json;                 // As it stands in the line.
    std::optional<std::string_view> text;  // Decoded, of a string.
  };

  std::array<std::optional<Member>, kKeyCount> of;
  bool has_unknown = false;

  [[nodiscard]] bool has(Key key) const { return of[key].has_value(); }
  [[nodiscard]] std::string_view json(Key key) const { return of[key]->json; }
  [[nodiscard]] std::optional<std::string_view> text(Key key) const {
    return of[key] ? of[key]->text : std::nullopt;
  }
};

namespace {

Cause read_member(ondemand::document& document, ondemand::field& field, JsonMembers& members) {
  std::string_view key;
  if (field.unescaped_key().get(key) != simdjson::SUCCESS) return Cause::input_json;
  const auto known = static_cast<std::size_t>(std::ranges::find(kKeys, key) - kKeys.begin());
  JsonMembers::Member member;
  const bool is_text = known != kKeyCount && known != kMeta &&
                       std::string_view(field.value().raw_json_token()).starts_with('"');
  if (is_text) {
    std::string_view text;
    if (field.value().get_string().get(text) != simdjson::SUCCESS) return Cause::input_json;
    member.text = text;
  } else {
    const std::optional<std::string_view> json = raw_value(document, field.value());
    if (!json) return Cause::input_json;
    member.json = *json;
  }
  if (known == kKeyCount) {
    members.has_unknown = true;
    return Cause::none;
  }
  if (members.of[known]) return Cause::input_json;  // Said twice: which one was meant?
  members.of[known] = member;
  return Cause::none;
}

Cause read_members(ondemand::document& document, JsonMembers& members) {
  ondemand::object object;
  if (document.get_object().get(object) != simdjson::SUCCESS) return Cause::input_json;
  for (simdjson::simdjson_result<ondemand::field> member : object) {
    ondemand::field field;
    if (std::move(member).get(field) != simdjson::SUCCESS) return Cause::input_json;
    const Cause cause = read_member(document, field, members);
    if (cause != Cause::none) return cause;
  }
  // Anything but the end here is something behind the object.
  const bool at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  return at_end ? Cause::none : Cause::input_json;
}

Cause apply_port(std::string_view json, Line& line) {
  return is_integer(json) ? add_port(json, line) : Cause::input_json;
}

Cause apply_tls(std::string_view word, Line& line) {
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
    return Cause::input_json;
  }
  if (line.tls != TlsMode::from_flags && line.tls != mode) return Cause::input_json;
  line.tls = mode;
  return Cause::none;
}

Cause apply_name(std::string_view name, Line& line) {
  if (!line.name.empty() && line.name != name) return Cause::input_json;
  if (!is_host_name(name)) return Cause::input_syntax;
  line.name = name;
  return Cause::none;
}

Cause apply_meta(std::string_view json, Line& line) {
  // JSON takes a bare CR for a blank, but many readers of lines take it for a line's end: passed
  // through, it would tear our record in two.
  if (json.find('\r') != std::string_view::npos) return Cause::input_json;
  line.meta = json;
  return Cause::none;
}

// Everything that is none of the address; the types were checked.
Cause apply_rest(const JsonMembers& members, Line& line) {
  Cause cause = Cause::none;
  if (members.has(kPort)) cause = apply_port(members.json(kPort), line);
  if (cause == Cause::none && members.has(kName)) cause = apply_name(*members.text(kName), line);
  if (cause == Cause::none && members.has(kMeta)) cause = apply_meta(members.json(kMeta), line);
  return cause;
}

bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

}  // namespace

Cause JsonLine::read_own(const JsonMembers& members, bool mail_domains, Line& line) const {
  for (const Key key : {kTarget, kTls, kName}) {
    if (members.has(key) && !members.text(key)) return Cause::input_json;
  }
  for (std::size_t key = kOwnKeyCount; key < kKeyCount; ++key) {
    if (members.of[key]) return Cause::input_unknown_key;
  }
  if (members.has_unknown) return Cause::input_unknown_key;
  if (!members.has(kTarget)) return Cause::input_json;
  Cause cause = read_text(*members.text(kTarget), mail_domains, {}, line);
  if (cause == Cause::none && members.has(kTls)) cause = apply_tls(*members.text(kTls), line);
  return cause == Cause::none ? apply_rest(members, line) : cause;
}

// The server that the record is of: its address where it has one, and else what its target says.
// That still tells how TLS begins ("smtps://"), and its port and name gave way to the record's.
Cause JsonLine::read_record(const JsonMembers& members, bool mail_domains, Line& line) const {
  const std::optional<std::string_view> target = members.text(kTarget);
  if (!target || (members.has(kIp) && !members.text(kIp))) return Cause::input_json;
  if (members.has(kName) && !members.text(kName)) return Cause::input_json;
  if (!is_printable(*target)) return Cause::input_syntax;
  const Cause as_written = read_text(*target, mail_domains, {}, line);
  const TlsMode tls = line.tls;
  const std::string_view host = line.host;
  if (members.has(kIp) || members.has(kPort) || members.has(kName)) line.port = 0;
  if (members.has(kIp)) {
    line = {};
    line.text = *target;
    line.host = host;
    line.tls = tls;
    const Cause cause = read_address(*members.text(kIp), line);
    if (cause != Cause::none) return cause;
  } else if (as_written != Cause::none) {
    return as_written;
  }
  if (members.has(kName)) line.name = {};
  return apply_rest(members, line);
}

Cause JsonLine::read_zmap(const JsonMembers& members, Line& line) const {
  if (!members.text(kSourceAddress)) return Cause::input_json;
  line.text = *members.text(kSourceAddress);
  const Cause cause = read_address(line.text, line);
  if (cause != Cause::none || !members.has(kSourcePort)) return cause;
  return apply_port(members.json(kSourcePort), line);
}

Cause JsonLine::read_masscan(const JsonMembers& members, Line& line) {
  if (!members.text(kIp)) return Cause::input_json;
  line.text = *members.text(kIp);
  const Cause cause = read_address(line.text, line);
  if (cause != Cause::none) return cause;
  if (members.has(kPort)) return apply_port(members.json(kPort), line);
  if (!members.has(kPorts)) return Cause::none;
  const Cause of_ports = read_ports(members.json(kPorts));
  line.ports = ports_;
  return of_ports;
}

// "[{"port":25,...},...]". Requires: a view into padded_ (its octets behind the end).
Cause JsonLine::read_ports(std::string_view json) {
  ports_.clear();
  ondemand::document document;
  ondemand::array array;
  const simdjson::padded_string_view padded(json.data(), json.size(),
                                            json.size() + simdjson::SIMDJSON_PADDING);
  if (ports_parser_.iterate(padded).get(document) != simdjson::SUCCESS) return Cause::input_json;
  if (document.get_array().get(array) != simdjson::SUCCESS) return Cause::input_json;
  for (simdjson::simdjson_result<ondemand::value> element : array) {
    ondemand::object object;
    std::int64_t port = 0;
    if (element.get_object().get(object) != simdjson::SUCCESS) return Cause::input_json;
    if (object["port"].get_int64().get(port) != simdjson::SUCCESS) return Cause::input_json;
    if (port < 1 || port > UINT16_MAX) return Cause::input_port;
    ports_.push_back(static_cast<std::uint16_t>(port));
  }
  return ports_.empty() ? Cause::input_json : Cause::none;
}

Cause JsonLine::read(std::string_view json, bool mail_domains, Line& line) {
  line = {};
  padded_.assign(json).append(simdjson::SIMDJSON_PADDING, ' ');
  const simdjson::padded_string_view padded(padded_.data(), json.size(), padded_.size());
  ondemand::document document;
  if (parser_.iterate(padded).get(document) != simdjson::SUCCESS) return Cause::input_json;
  JsonMembers members;
  const Cause cause = read_members(document, members);
  if (cause != Cause::none) return cause;
  if (members.has(kTarget)) {
    const bool is_record = members.has(kVersion) && members.json(kVersion) == "1";
    return is_record ? read_record(members, mail_domains, line)
                     : read_own(members, mail_domains, line);
  }
  if (members.has(kSourceAddress)) return read_zmap(members, line);
  if (members.has(kIp)) return read_masscan(members, line);
  return read_own(members, mail_domains, line);
}

}  // namespace mxsweep::targets
