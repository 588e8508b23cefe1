// SPDX-License-Identifier: MIT
// [http].
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

#include "config/reader.h"
#include "config/values.h"
#include "mxsweep/core/address.h"
#include "mxsweep/core/ascii.h"
#include "mxsweep/core/host_name.h"

namespace mxsweep::config {
namespace {

constexpr std::size_t kHostsMax = 100;
constexpr std::size_t kTokenOctetsMin = 16;  // A shorter one can be guessed over the network.
constexpr std::array<std::pair<std::string_view, watch::Visible>, 3> kVisible{{
    {"none", watch::Visible::nothing},
    {"status", watch::Visible::status},
    {"all", watch::Visible::everything},
}};

// "127.0.0.1:8025", "[::1]:8025".
bool is_socket_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return false;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  return (host.find(':') != std::string_view::npos) == bracketed && parse_address(host).has_value();
}

void read_listen(Fields& fields, watch::Http& http) {
  const std::optional<Word> word = fields.word("listen");
  if (!word) {
    if (!fields.has("listen")) fields.missing("listen");
    return;
  }
  http.listen = word->text;
  if (is_socket_address(http.listen)) return;
  fields.complain("listen", fmt::format("listen: '{}' is not an address with a port: write "
                                        "\"127.0.0.1:8025\" or \"[::1]:8025\"",
                                        word->written));
}

void read_hosts(Fields& fields, Reading& reading, watch::Http& http) {
  for (const Word& word : fields.words("hosts")) {
    std::string name = word.text;
    std::ranges::transform(name, name.begin(), lower);
    if (!scan_host_name(name, {.underscore = true}).faults.empty()) {
      reading.context.complain(word.where,
                               fmt::format("hosts: '{}' is not the name of a host", word.written));
    }
    http.hosts.push_back(std::move(name));
  }
  if (http.hosts.size() > kHostsMax) {
    fields.complain("hosts", fmt::format("there are more than {} hosts", kHostsMax));
  }
}

}  // namespace

void read_http(const Document& document, Reading& reading) {
  const auto& tables = document.of("http");
  if (tables.empty()) return;
  watch::Http& http = reading.settings.http;
  Fields fields(reading.context, "http", tables);
  read_listen(fields, http);
  fields.secret("token", http.token);
  const std::string_view token = http.token.reveal();
  if (!token.empty() && token.size() < kTokenOctetsMin) {
    fields.complain(fields.has("token") ? "token" : "token_file",
                    fmt::format("the token has fewer than {} characters: it could be guessed",
                                kTokenOctetsMin));
  }
  fields.choice("public", http.visible, kVisible);
  if (http.visible == watch::Visible::nothing && token.empty()) {
    fields.complain("public", "public is none and there is no token: nothing could be read");
  }
  fields.flag("show_targets", http.show_targets);
  read_hosts(fields, reading, http);
  fields.text("status_dir", http.status_dir);
  bool per_monitor = false;
  fields.flag("per_monitor", per_monitor);
  if (fields.has("per_monitor")) http.per_monitor = per_monitor;
  fields.finish();
}

}  // namespace mxsweep::config
