// SPDX-License-Identifier: MIT
#include "tls/shown_chain.h"

#include <cstddef>
#include <optional>

namespace mxsweep::tls {
namespace {

// Takes a length of `length_octets` octets, and that many octets, from `input`.
std::optional<std::string_view> take_vector(std::string_view& input, std::size_t length_octets) {
  if (input.size() < length_octets) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_octets; ++i) {
    length = length << 8U | static_cast<unsigned char>(input[i]);
  }
  if (input.size() - length_octets < length) return std::nullopt;
  const std::string_view taken = input.substr(length_octets, length);
  input.remove_prefix(length_octets + length);
  return taken;
}

}  // namespace

//   before 1.3   list<3> { certificate<3> ... }
//   TLS 1.3      context<1>, list<3> { certificate<3>, extensions<2> ... }
std::vector<std::string_view> certificates_in(std::string_view message, bool is_tls1_3) {
  if (is_tls1_3 && !take_vector(message, 1)) return {};
  std::optional<std::string_view> list = take_vector(message, 3);
  if (!list) return {};
  std::vector<std::string_view> certificates;
  while (!list->empty()) {
    const std::optional<std::string_view> certificate = take_vector(*list, 3);
    if (!certificate) break;
    certificates.push_back(*certificate);
    if (is_tls1_3 && !take_vector(*list, 2)) break;
  }
  return certificates;
}

}  // namespace mxsweep::tls
