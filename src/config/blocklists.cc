// SPDX-License-Identifier: MIT
#include "mxsweep/config/blocklists.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "config/document.h"
#include "config/values.h"
#include "mxsweep/config/sections.h"
#include "mxsweep/core/address.h"
#include "mxsweep/core/ascii.h"
#include "mxsweep/core/host_name.h"
#include "mxsweep/dns/name.h"

namespace mxsweep::config {
namespace {

using blocklists::Kind;
using blocklists::QueryError;
using blocklists::Zone;

constexpr std::int64_t kPerDayMin = 20;  // Fewer do not suffice for the tests of a list.
constexpr std::int64_t kPerDayMax = 1'000'000'000;
constexpr std::int64_t kPerSecondMax = 100'000;
constexpr std::size_t kListCodesMax = 256;
constexpr std::size_t kWordOctetsMax = 64;

constexpr std::array<std::pair<std::string_view, mxsweep::Severity>, 4> kCodeSeverities{{
    {"error", mxsweep::Severity::error},
    {"warn", mxsweep::Severity::warn},
    {"notice", mxsweep::Severity::notice},
    {"info", mxsweep::Severity::info},
}};
constexpr std::array<std::pair<std::string_view, QueryError>, 5> kQueryErrors{{
    {"typing_error", QueryError::typing_error},
    {"open_resolver", QueryError::open_resolver},
    {"excess_volume", QueryError::excess_volume},
    {"wrong_kind", QueryError::wrong_kind},
    {"blocked", QueryError::blocked},
}};

std::string in_lower_case(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), lower);
  return lowered;
}

bool is_list_name(std::string_view name) {
  return name.size() <= blocklists::kNameOctets && std::ranges::all_of(name, [](char c) {
           return is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
         });
}

// A label: what else a key has could lead to another zone.
bool is_key(std::string_view key) {
  return key.size() <= kLabelOctetsMax && std::ranges::all_of(key, [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '_';
         });
}

bool is_zone(std::string zone) {
  if (const std::size_t at = zone.find(blocklists::kKeyPlace); at != std::string::npos) {
    zone.replace(at, blocklists::kKeyPlace.size(), "key");
  }
  const dns::Name name = dns::read_name(zone);
  return name.error == dns::NameFault::none && !name.single_label && name.ascii == zone;
}

void read_name(Fields& fields, Context& context, std::string& name) {
  const std::optional<Word> word = fields.word("name");
  if (!word) {
    if (!fields.has("name")) fields.missing("name");
    return;
  }
  name = word->text;
  if (is_list_name(name)) return;
  context.complain(word->where,
                   fmt::format("name: '{}' is not 1 to {} letters, digits, '.', '-' and '_'",
                               word->written, blocklists::kNameOctets));
}

// As it is written: ${key} is no variable of the environment here.
void read_zone(Fields& fields, Context& context, std::string& zone) {
  const toml::node* node = fields.find("zone");
  if (node == nullptr) {
    fields.missing("zone");
    return;
  }
  const toml::value<std::string>* text = node->as_string();
  if (text != nullptr) {
    zone = in_lower_case(text->get());
    if (zone.ends_with('.')) zone.pop_back();
    if (is_zone(zone)) return;
  }
  context.complain(node->source(), fmt::format("zone: '{}' is not the name of a zone, with {} in "
                                               "the place of the key if it has one",
                                               fields.written("zone"), blocklists::kKeyPlace));
}

void read_kinds(Fields& fields, Context& context, blocklists::Kinds& kinds) {
  const std::vector<Word> words = fields.words("kinds");
  if (!fields.has("kinds")) fields.missing("kinds");
  for (const Word& word : words) {
    bool known = false;
    for (const Kind kind : {Kind::ip4, Kind::ip6, Kind::domain}) {
      if (word.text != to_string(kind)) continue;
      kinds.add(kind);
      known = true;
    }
    if (known) continue;
    context.complain(word.where,
                     fmt::format("kinds: '{}' is not ip4, ip6 or domain", word.written));
  }
}

void read_key(Fields& fields, Zone& zone) {
  const bool has_place = zone.zone.find(blocklists::kKeyPlace) != std::string::npos;
  const bool has_key = fields.has("key") || fields.has("key_file");
  Secret key;
  fields.secret("key", key);
  const std::string_view where = fields.has("key") ? "key" : "key_file";
  if (!zone.zone.empty() && has_key && !has_place) {
    fields.complain(where, fmt::format("{}: the zone has no place for it: write {} there", where,
                                       blocklists::kKeyPlace));
    return;
  }
  if (has_place && !has_key) fields.missing("key", " (or key_file)");
  if (key.empty()) return;
  if (!is_key(key.reveal())) {
    fields.complain(where, fmt::format("{}: the key is not 1 to {} letters, digits, '-' and '_'",
                                       where, kLabelOctetsMax));
    return;
  }
  zone.key = Secret(in_lower_case(key.reveal()));
}

// The addresses of `code`, each within 127.0.0.0/8.
std::vector<std::uint32_t> read_codes_of(Fields& fields, Context& context) {
  std::vector<std::uint32_t> codes;
  const std::vector<Word> words = fields.words("code");
  if (!fields.has("code")) fields.missing("code");
  for (const Word& word : words) {
    const std::optional<Address> address = parse_address(word.text);
    if (address && address->family == Family::ipv4 && address->octets[0] == 127) {
      codes.push_back(ipv4_host_order(*address));
      continue;
    }
    context.complain(word.where,
                     fmt::format("code: '{}' is not an address of 127.0.0.0/8", word.written));
  }
  return codes;
}

template <typename Codes>
bool has_code(const Codes& codes, std::uint32_t address) {
  return std::ranges::any_of(codes, [=](const auto& each) { return each.address == address; });
}

void complain_of_second(const Fields& fields, std::uint32_t code) {
  fields.complain("code", fmt::format("code: {} stands twice", to_string(ipv4(code))));
}

void read_codes(Fields& fields, Context& context, Zone& zone) {
  for (Fields& inside : fields.each_inside("codes", "list.codes")) {
    const std::vector<std::uint32_t> codes = read_codes_of(inside, context);
    blocklists::Code code;
    inside.text("word", code.word);
    if (!inside.has("word")) inside.missing("word");
    if (code.word.size() > kWordOctetsMax) inside.complain("word", "word: it is too long");
    inside.choice("severity", code.severity, kCodeSeverities);
    inside.finish();
    for (const std::uint32_t each : codes) {
      if (has_code(zone.codes, each)) complain_of_second(inside, each);
      code.address = each;
      zone.codes.push_back(code);
    }
  }
  for (Fields& inside : fields.each_inside("errors", "list.errors")) {
    blocklists::ErrorCode error;
    const std::vector<std::uint32_t> codes = read_codes_of(inside, context);
    inside.choice("error", error.error, kQueryErrors);
    inside.finish();
    for (const std::uint32_t each : codes) {
      if (has_code(zone.errors, each) || has_code(zone.codes, each)) {
        complain_of_second(inside, each);
      }
      error.address = each;
      zone.errors.push_back(error);
    }
  }
  if (zone.codes.size() + zone.errors.size() > kListCodesMax) {
    fields.complain("codes", fmt::format("there are more than {} codes", kListCodesMax));
  }
}

void read_test_name(Fields& fields, Context& context, std::string_view key, std::string& domain) {
  const std::optional<Word> word = fields.word(key);
  if (!word) return;
  const dns::Name name = dns::read_name(word->text);
  if (name.error != dns::NameFault::none) {
    context.complain(word->where,
                     fmt::format("{}: '{}' is not the name of a domain", key, word->written));
    return;
  }
  domain = name.ascii;
}

// Nothing: it is not to be used.
std::optional<Zone> read_list(const toml::table& table, Context& context) {
  Fields fields(context, "list", {&table});
  Zone zone;
  bool use = true;
  fields.flag("use", use);
  read_name(fields, context, zone.name);
  read_zone(fields, context, zone.zone);
  read_kinds(fields, context, zone.kinds);
  if (use) {
    read_key(fields, zone);
  } else {  // A file or variable may not be there yet.
    fields.find("key");
    fields.find("key_file");
  }
  fields.number("per_day", zone.per_day, kPerDayMin, kPerDayMax);
  fields.number("per_second", zone.per_second, 1, kPerSecondMax);
  fields.flag("bits", zone.bits);
  read_codes(fields, context, zone);
  read_test_name(fields, context, "test_listed", zone.listed);
  read_test_name(fields, context, "test_unlisted", zone.unlisted);
  fields.finish();
  if (!use) return std::nullopt;
  return zone;
}

std::vector<const toml::table*> tables_of(std::string_view section, const toml::table& root,
                                          Context& context) {
  std::vector<const toml::table*> tables;
  if (const toml::node* node = root.get(section)) {
    add_section(section_of(section), *node, context, tables);
  }
  return tables;
}

void complain_of_others(const toml::table& root, Context& context) {
  for (const auto& [key, node] : root) {
    if (key.str() == "list" || key.str() == "state") continue;
    context.complain(key.source(),
                     fmt::format("unknown section '{}'{}", shown(key.str()),
                                 suggestion(key.str(), section_names(blocklist_sections()))));
  }
}

std::vector<Zone> read_lists(const toml::table& root, Context& context) {
  std::vector<Zone> zones;
  for (const toml::table* table : tables_of("list", root, context)) {
    std::optional<Zone> zone = read_list(*table, context);
    if (!zone) continue;
    if (std::ranges::find(zones, zone->name, &Zone::name) != zones.end()) {
      context.complain(table->source(),
                       fmt::format("there are two lists of the name '{}'", shown(zone->name)));
    }
    zones.push_back(*std::move(zone));
  }
  if (zones.size() > blocklists::kZonesMax) {
    context.complain({}, fmt::format("there are more than {} lists", blocklists::kZonesMax));
  }
  if (zones.empty() && context.problems.empty()) {
    context.complain({}, "there is no [[list]] to use: nothing would be asked");
  }
  return zones;
}

std::string read_state(const toml::table& root, Context& context) {
  const std::vector<const toml::table*> tables = tables_of("state", root, context);
  std::string file;
  if (tables.empty()) {
    if (!root.contains("state")) {
      context.complain({},
                       "there is no [state] with a file: what a list allows in a day is counted "
                       "over all runs");
    }
    return file;
  }
  Fields fields(context, "state", tables);
  fields.text("file", file);
  if (!fields.has("file")) fields.missing("file");
  fields.finish();
  return file;
}

}  // namespace

ConfiguredBlocklists read_blocklists(const Source& source, const Surroundings& surroundings) {
  Context context{surroundings};
  ConfiguredBlocklists configured;
  Parsed parsed;
  std::vector<Zone> zones;
  if (parse({source}, context, parsed)) {
    const toml::table& root = parsed.roots.front();
    complain_of_others(root, context);
    zones = read_lists(root, context);
    configured.state = read_state(root, context);
  }
  configured.problems = std::move(context.problems);
  sort({source}, configured.problems);
  if (configured.problems.empty()) configured.zones = std::move(zones);
  return configured;
}

}  // namespace mxsweep::config
