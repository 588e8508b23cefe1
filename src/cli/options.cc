// SPDX-License-Identifier: MIT
#include "cli/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <random>

#include "mxsweep/targets/reader.h"

namespace mxsweep::cli {
namespace {

struct Unit {
  std::string_view name;
  Duration length;
};
constexpr std::array kUnits = {Unit{"ms", std::chrono::milliseconds{1}},
                               Unit{"s", std::chrono::seconds{1}},
                               Unit{"m", std::chrono::minutes{1}}};

constexpr std::int64_t kUnitsMax = 60 * 60 * 1000;  // An hour, in the smallest unit.

// The machine's own name when it is one that servers accept.
std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  const std::string host = name.data();
  return smtp::check_helo_name(host) ? std::string{} : host;
}

// "192.0.2.53", "192.0.2.53:5353", "[2001:db8::53]:53": as in a list of targets.
std::optional<dns::Server> parse_server(const std::string& text) {
  constexpr std::uint16_t kDnsPort = 53;
  targets::Reader reader({kDnsPort}, {.header_row = false});
  targets::Target target;
  targets::BadLine bad;
  reader.feed(text);
  reader.finish();
  const bool read = reader.next(target, bad) == targets::Reader::Next::target;
  const bool one = read && target.address.family != Family::none && target.name().empty() &&
                   target.tls == targets::TlsMode::from_flags;
  if (!one || reader.next(target, bad) != targets::Reader::Next::end) return std::nullopt;
  return dns::Server{target.address, target.port};
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 1 || count > kUnitsMax) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const Unit& known : kUnits) {
    if (unit == known.name) return count * known.length;
  }
  return std::nullopt;
}

std::string write_duration(Duration duration) {
  if (duration % std::chrono::seconds{1} == Duration::zero()) {
    return fmt::format("{}s", duration / std::chrono::seconds{1});
  }
  return fmt::format("{}ms", duration / std::chrono::milliseconds{1});
}

void add_duration(CLI::App& app, const std::string& flag, Duration& value, const std::string& what,
                  DurationLeast least) {
  const auto parse = [least](const std::string& text) -> std::optional<Duration> {
    const bool is_zero = text == "0" || text == "0s" || text == "0ms" || text == "0m";
    if (is_zero && least == DurationLeast::zero) return Duration::zero();
    return parse_duration(text);
  };
  app.add_option_function<std::string>(
         flag, [&value, parse](const std::string& text) { value = *parse(text); }, what)
      ->type_name("DURATION")
      ->default_str(write_duration(value))
      ->check([parse](const std::string& text) {
        return parse(text) ? std::string{}
                           : "'" + text + "' is not a duration such as 500ms, 30s or 5m";
      });
}

void Manners::add_to(CLI::App& app) {
  app.add_option("--helo", helo,
                 "Name to say in EHLO: a fully qualified host name that points to this machine "
                 "[the machine's own name]")
      ->type_name("NAME");
  app.add_option("--depth", depth, "How far to go: connect, greeting, ehlo or tls")
      ->check(CLI::IsMember({"connect", "greeting", "ehlo", "tls"}).description(""))
      ->capture_default_str()
      ->type_name("PHASE");
  app.add_option("--tls", tls,
                 "auto: implicit TLS on port 465, else STARTTLS where it is offered; starttls: "
                 "degraded where it is not; implicit: TLS from the start; off")
      ->check(CLI::IsMember({"auto", "starttls", "implicit", "off"}).description(""))
      ->capture_default_str()
      ->type_name("MODE");
  app.add_option("--tls-min", tls_min, "The oldest TLS version to accept")
      ->check(CLI::IsMember({"1.0", "1.1", "1.2", "1.3"}).description(""))
      ->capture_default_str()
      ->type_name("VERSION");
  app.add_option("--ciphers", ciphers,
                 "What to offer, as a priority string of GnuTLS: NORMAL, SECURE192:-VERS-TLS1.2 "
                 "[all that the library can do]")
      ->type_name("PRIORITY");
  app.add_option("--ca-file", ca_file,
                 "Trust these authorities (PEM) instead of the system's [the system's store]")
      ->type_name("FILE");
  app.add_option("--ca-path", ca_path,
                 "The same, from every file of a directory [the system's store]")
      ->type_name("DIRECTORY");
  app.add_flag("--require-valid", require_valid,
               "A certificate that is expired, for another name or not trusted makes a server "
               "degraded");
  add_duration(app, "--connect-timeout", defaults.connect_timeout, "For the TCP connection");
  add_duration(app, "--greeting-timeout", defaults.greeting_timeout,
               "For the whole greeting; some servers make clients wait 20 s");
  add_duration(app, "--command-timeout", defaults.command_timeout,
               "For the whole reply to a command");
  add_duration(app, "--tls-timeout", defaults.tls_timeout, "For the whole TLS handshake");
  add_duration(app, "--session-timeout", defaults.session_timeout, "For the whole conversation");
}

std::optional<probe::Plan> Manners::plan(std::string& why_not) const {
  const std::string name = helo.empty() ? machine_name() : helo;
  if (name.empty()) {
    why_not = "this machine has no fully qualified name to say in EHLO; give one with --helo NAME";
    return std::nullopt;
  }
  if (const auto wrong = smtp::check_helo_name(name)) {
    why_not = "--helo " + name + ": " + *wrong;
    return std::nullopt;
  }
  probe::Plan plan(name);
  plan.connect_timeout = defaults.connect_timeout;
  plan.greeting_timeout = defaults.greeting_timeout;
  plan.command_timeout = defaults.command_timeout;
  plan.quit_timeout = std::min(defaults.quit_timeout, defaults.command_timeout);
  plan.tls_timeout = defaults.tls_timeout;
  plan.session_timeout = defaults.session_timeout;
  plan.require_valid = require_valid;
  if (tls == "starttls") plan.tls_mode = targets::TlsMode::starttls;
  if (tls == "implicit") plan.tls_mode = targets::TlsMode::implicit;
  if (tls == "off") plan.tls_mode = targets::TlsMode::off;
  if (chain == "leaf") plan.chain_detail = results::ChainDetail::leaf;
  if (chain == "digest") plan.chain_detail = results::ChainDetail::digest;
  if (depth == "ehlo") plan.depth = probe::Depth::ehlo;
  if (depth == "connect") plan.depth = probe::Depth::connect;
  if (depth == "greeting") plan.depth = probe::Depth::greeting;
  return plan;
}

void NameFlags::add_to(CLI::App& app) {
  app.add_option(
         "--resolver", resolvers,
         "Ask this DNS server, an address with or without a port; several are tried in turn "
         "[the system's]")
      ->delimiter(',')
      ->check([](const std::string& text) {
        return parse_server(text) ? std::string{}
                                  : "'" + text + "' is not an address with or without a port";
      })
      ->type_name("IP[:PORT],...");
  CLI::Option* const four =
      app.add_flag("-4,--ipv4", ipv4_only, "Only the IPv4 addresses of names");
  app.add_flag("-6,--ipv6", ipv6_only, "Only the IPv6 addresses of names")->excludes(four);
  app.add_flag("--one-address", one_address,
               "One address of each name: its first IPv4 address, or else its first IPv6 address");
}

scan::NameOptions NameFlags::options() const {
  scan::NameOptions options;
  for (const std::string& text : resolvers) {
    options.resolver.servers.push_back(*parse_server(text));
  }
  options.resolver.seed = std::random_device{}();
  options.route.ipv4 = !ipv6_only;
  options.route.ipv6 = !ipv4_only;
  options.route.one_address = one_address;
  return options;
}

tls::ClientOptions Manners::tls_options(const scan::TrustStore& trust) const {
  tls::ClientOptions options;
  if (tls_min == "1.1") options.version_min = tls::Version::tls1_1;
  if (tls_min == "1.2") options.version_min = tls::Version::tls1_2;
  if (tls_min == "1.3") options.version_min = tls::Version::tls1_3;
  options.ciphers = ciphers;
  options.authorities_pem = trust.pem;
  return options;
}

}  // namespace mxsweep::cli
