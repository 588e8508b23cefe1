// SPDX-License-Identifier: MIT
#include "cli/checks_flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "cli/certificate_words.h"
#include "cli/choice.h"
#include "mxsweep/checks/blocklists.h"
#include "mxsweep/checks/survey.h"
#include "mxsweep/checks/words.h"
#include "mxsweep/core/address.h"
#include "mxsweep/dnsbl/lists.h"
#include "mxsweep/names/resolve.h"

namespace mxsweep::cli {
namespace {

constexpr std::array<Choice<Validates>, 3> kValidates{{
    {"auto", Validates::automatic},
    {"yes", Validates::yes},
    {"no", Validates::no},
}};
constexpr std::array<Choice<MailRole>, 3> kRoles{{
    {"both", MailRole::both},
    {"in", MailRole::in},
    {"out", MailRole::out},
}};

constexpr std::string_view kBlocklists = "dnsbl:";
constexpr std::size_t kOutboundMax = 32;
constexpr Duration kFetchWhole = std::chrono::seconds{30};  // Half of what RFC 8461, 3.3, advises.

// Errors are shown: what is not printable in the word is made so.
Status add_subject(const std::string& text, checks::Options& options) {
  return checks::add_check(printable(text), options);
}

Status add_blocklists(const std::string& file, std::string& blocklists) {
  if (file.empty()) return Status::unusable("dnsbl: needs the file that says which lists to ask");
  if (!blocklists.empty()) return Status::unusable("there is one file of blocklists");
  blocklists = file;
  return {};
}

Status add_outbound(const std::string& text, std::vector<Address>& addresses) {
  const auto address = parse_address(text);
  if (!address) return Status::unusable(fmt::format("'{}' is no address", printable(text)));
  if (addresses.size() == kOutboundMax) {
    return Status::unusable(fmt::format("at most {} addresses", kOutboundMax));
  }
  addresses.push_back(*address);
  return {};
}

}  // namespace

void ChecksFlags::add_to(Command& command, std::string_view fallback) {
  if (!fallback.empty()) static_cast<void>(add_subject(std::string(fallback), options));
  wanted = !fallback.empty();
  const auto chosen = std::make_shared<bool>(false);
  Flag& which = command.add_list(
      "--checks", "WHAT,...",
      [this, chosen](const std::string& text) {
        // What is given takes the place of the default.
        const bool adds = text.starts_with('+');
        if (!std::exchange(*chosen, true) && !adds) options = checks::Options();
        wanted = true;
        const std::string what = adds ? text.substr(1) : text;
        return what.starts_with(kBlocklists)
                   ? add_blocklists(what.substr(kBlocklists.size()), blocklists)
                   : add_subject(what, options);
      },
      "What to ask DNS about domains and servers: spf, dmarc, mta-sts, tls-rpt, dane, names "
      "(reverse "
      "DNS), dnssec; policy: all of these; dkim:SELECTOR: the DKIM key of that selector; "
      "dkim:common: those that large providers use; http: the policy of MTA-STS as well, by "
      "HTTPS; all: policy, dkim:common and http; dnsbl:FILE: the blocklists of that file (see "
      "blocklists.toml among the examples). With + before the first, beside the default");
  if (!fallback.empty()) which.shows(std::string(fallback));
  Flag& from = command.add_list(
      "--spf-from", "IP,...",
      [this](const std::string& text) { return add_outbound(text, options.outbound); },
      "Addresses that send mail for the domains: what SPF says of each");
  if (fallback.empty()) from.needs(which);
  command.add_choice("--role", "ROLE", options.role, kRoles,
                     "What the servers are for, which decides how much a finding matters: in "
                     "(they only receive), out (they only send) or both");
  command.add_choice("--resolver-validates", "WHETHER", validates, kValidates,
                     "Whether the resolver validates DNSSEC; auto: if it does so for the root");
  command
      .add_number("--checks-queries-max", "N", options.questions_max, 1, 10'000,
                  "Queries about one domain; each of its servers may have some more")
      .shows(std::to_string(options.questions_max));
  command.add_number("--mta-sts-port", "PORT", https_port, 1, 65'535, "");
  command.hide_last_flag();
}

std::uint32_t ChecksFlags::descriptors() const {
  return options.http ? fetch::FetcherOptions().at_once + fetch::kDescriptorsBesides : 0;
}

Status ChecksFlags::open_blocklists() {
  if (blocklists.empty()) return {};
  dnsbl::Reading read = dnsbl::read_lists(blocklists);
  if (!read.lists) {
    for (std::string& problem : read.problems) problem = printable(problem);
    return Status::unusable(fmt::format("{}", fmt::join(read.problems, "\nmxsweep: ")));
  }
  blocklist_run = std::make_shared<dnsbl::Run>();
  const Status opened = blocklist_run->open(*std::move(read.lists));
  if (!opened.ok()) return Status::unusable(printable(opened.sentence()));
  options.blocklists = blocklist_run->blocklists();
  return {};
}

Status ChecksFlags::set_up(bool visits, names::NameOptions& names, std::string& note) const {
  if (!wanted) return {};
  const auto settings = std::make_shared<checks::Options>(options);
  settings->visits = visits;
  settings->ipv4 = names.route.ipv4;
  settings->ipv6 = names.route.ipv6;
  settings->seed = names.resolver.seed;
  settings->validates = validates == Validates::yes;
  if (validates == Validates::automatic && (options.dane || options.dnssec)) {
    const names::ResolverCheck check = names::check_validation(names);
    if (!check.status.ok()) return check.status.behind("the resolver");
    settings->validates = check.authentic;
    if (!check.authentic) {
      note = fmt::format(
          "the resolver {}, so nothing is known of DNSSEC and DANE; name one that validates with "
          "--resolver, or say so with --resolver-validates yes",
          check.answered ? "does not validate" : "does not answer");
    }
  }
  const bool domains = names.mail_domains;
  if (options.http) names.fetcher = {.port = https_port, .whole = kFetchWhole};
  names.shared = options.blocklists;
  names.inquire = [settings = std::shared_ptr<const checks::Options>(settings), domains](
                      const targets::Target& target, const dns::Name& name) {
    return std::make_shared<checks::Survey>(settings, target, domains ? name.ascii : std::string());
  };
  return {};
}

}  // namespace mxsweep::cli
