// SPDX-License-Identifier: MIT
#include "config/script_texts.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/values.h"
#include "mxsweep/core/ascii.h"
#include "mxsweep/roundtrip/script.h"

namespace mxsweep::config {
namespace {

constexpr std::string_view kVariable = "${";

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }

// What is wrong with the variable of that name; empty: nothing.
std::string fault_of_variable(std::string_view name, const std::vector<std::string>& variables) {
  if (std::ranges::find(variables, name) != variables.end()) return {};
  if (name == "password") return "only auth sends the password, and needs no variable for it";
  return fmt::format("there is no variable '{}' here{}", shown(name), suggestion(name, variables));
}

}  // namespace

std::string plain_text(Fields& fields, std::string_view key) {
  const toml::node* node = fields.find(key);
  if (node == nullptr) return {};
  const toml::value<std::string>* value = node->as_string();
  if (value == nullptr) {
    fields.complain(key, fmt::format("{} must be a text", key));
    return {};
  }
  if (value->get().size() > roundtrip::kTextOctetsMax) {
    fields.complain(key, fmt::format("{} is too long", key));
    return {};
  }
  if (std::ranges::any_of(value->get(), is_control)) {
    fields.complain(key, fmt::format("{} has a control character", key));
    return {};
  }
  return value->get();
}

std::string text_with_variables(Fields& fields, std::string_view key,
                                const std::vector<std::string>& variables) {
  std::string text = plain_text(fields, key);
  std::string_view rest = text;
  for (std::size_t at = rest.find(kVariable); at != rest.npos; at = rest.find(kVariable)) {
    rest.remove_prefix(at + kVariable.size());
    const std::size_t end = rest.find('}');
    const std::string fault = end == rest.npos
                                  ? std::string("'${' begins the name of a variable, ${token}")
                                  : fault_of_variable(rest.substr(0, end), variables);
    if (fault.empty()) continue;
    fields.complain(key, fmt::format("{}: {}", key, fault));
    return {};
  }
  return text;
}

std::string sample_of(std::string_view text) {
  std::string sample;
  for (std::size_t at = text.find(kVariable); at != text.npos; at = text.find(kVariable)) {
    sample.append(text.substr(0, at)).append(1, 'x');
    text.remove_prefix(std::min(text.find('}', at), text.size() - 1) + 1);
  }
  return sample.append(text);
}

bool is_capture_name(std::string_view name) {
  return !name.empty() && name.size() <= 32 && is_lower(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

}  // namespace mxsweep::config
