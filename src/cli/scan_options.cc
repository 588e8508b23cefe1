// SPDX-License-Identifier: MIT
#include "cli/scan_options.h"

#include <sched.h>

#include <algorithm>

#include "cli/certificate_words.h"
#include "cli/say.h"
#include "cli/scan_metrics.h"
#include "cli/scan_order.h"
#include "mxsweep/pace/retry.h"
#include "mxsweep/ring/socket.h"

namespace mxsweep::cli {
namespace {

std::uint32_t processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<std::uint32_t>(std::max(1, CPU_COUNT(&set)));
}

// What a sweep does to one's own servers only.
Status check_own(const ScanFlags& flags) {
  if (!flags.scope.own.empty()) return {};
  if (flags.conversation.enumerate) {
    return Status::unusable(
        "--tls-enumerate is for one's own servers; name them: --own FILE|PREFIX|DOMAIN. "
        "mxsweep probe takes any server by its name");
  }
  if (!flags.conversation.is_for_own_only()) return {};
  return Status::unusable(
      "--depth mail and rcpt are for one's own servers; name them: --own FILE|PREFIX|DOMAIN");
}

std::uint32_t descriptors_besides(const ScanFlags& flags) {
  return flags.checks.descriptors() + (flags.metrics.empty() ? 0 : ScanMetrics::kDescriptors);
}

// Policies of MTA-STS are fetched for the lines of domains. Without visits, authorities are for
// their hosts only.
Status check_http(const ScanFlags& flags) {
  const bool http = flags.checks.options.http;
  if (http && flags.visits && flags.domains.empty()) {
    return Status::unusable(
        "--checks http: the policies are written into the lines of domains; name a file for them: "
        "--domain-summary FILE");
  }
  const bool trusts = !flags.conversation.ca_file.empty() || !flags.conversation.ca_path.empty();
  if (trusts && !http && !flags.visits) {
    return Status::unusable(
        "--ca-file and --ca-path are for the policies of MTA-STS: --checks +http");
  }
  return {};
}

// zgrab2's records have certificates, or none, but not digests alone.
Status check_format(const ScanFlags& flags) {
  if (flags.format != results::Format::zgrab2) return {};
  if (flags.conversation.enumerate)
    return Status::unusable("--format zgrab2 has no place for --tls-enumerate");
  if (flags.conversation.chain != results::ChainDetail::digest) return {};
  return Status::unusable("--format zgrab2 has no place for --chain digest; give leaf or full");
}

// What the sweep takes as it was given.
void take_over(const ScanFlags& flags, scan::Options& options) {
  options.shard = flags.shard;
  options.output = flags.output;
  options.format = flags.format;
  options.summary = flags.summary;
  options.ports = flags.ports;
  options.rate = flags.rate;
  options.courtesy = flags.courtesy;
  options.enumerate = flags.conversation.enumerate;
  options.server_names = flags.conversation.server_names;
  options.retries = flags.retries.value_or(pace::kRetriesDefault);
  options.retries_own = flags.retries.value_or(0);
  options.retry_delay = flags.retry_delay;
  options.drain = flags.drain;
  options.max_runtime = flags.max_runtime;
  options.rotation = flags.rotation;
  options.compress = flags.compress;
  options.strict = flags.strict;
  options.certificates = flags.certificates;
  options.domains = flags.domains;
  options.visits = flags.visits;
  options.share_octets = flags.no_share ? 0 : flags.share_megabytes * kMegabyte;
  options.plan.sources = flags.sources;
}

// The blocklists, before anything is asked.
Status open_blocklists(ScanFlags& flags, scan::Options& options) {
  const Status opened = flags.checks.open_blocklists();
  if (!opened.ok() || flags.checks.blocklist_run == nullptr) return opened;
  options.also_read.push_back(flags.checks.blocklists);
  options.also_read.push_back(flags.checks.blocklist_run->lists().state);
  return {};
}

Status choose_capacity(ScanFlags& flags, scan::Capacity& capacity) {
  scan::CapacityRequest& request = flags.capacity;
  request.tls = flags.conversation.tls != targets::TlsMode::off;
  request.enumerate = flags.conversation.enumerate;
  request.processors = processors();
  request.descriptor_limit = ring::raise_descriptor_limit();
  request.descriptors_besides = descriptors_besides(flags);
  Result<scan::Capacity> planned = scan::plan_capacity(request);
  if (planned.ok()) capacity = *std::move(planned);
  return planned.status();
}

Status choose_order(ScanFlags& flags, scan::Options& options) {
  if (Status checked = check_shard(flags); !checked.ok()) return checked;
  divide_caps(flags);
  const Result<std::optional<std::uint64_t>> seed = choose_seed(flags);
  if (seed.ok()) options.seed = *seed;
  return seed.status();
}

Status choose_tls(const ScanFlags& flags, scan::Options& options) {
  const Result<files::TrustStore> trust =
      files::read_trust_store(flags.conversation.ca_file, flags.conversation.ca_path);
  if (!trust.ok()) return trust.status();
  options.trust = *trust;
  options.tls = flags.conversation.tls_options(options.trust);
  options.tls.keep_der = !flags.certificates.empty();
  if (flags.format == results::Format::zgrab2) {
    options.tls.keep_der = true;
    options.plan.keep_all_replies = true;
    options.plan.software = nullptr;  // Its records have no place for it.
  }
  return scan::check_tls(options.tls);
}

}  // namespace

Status check_flags(const ScanFlags& flags) {
  for (const auto check : {check_format, check_own, check_http}) {
    if (Status checked = check(flags); !checked.ok()) return checked;
  }
  return flags.conversation.check_survey();
}

Status set_options(ScanFlags& flags, const Resumption* resumption, scan::Options& options) {
  Result<std::vector<files::ListSource>> lists = choose_lists(flags);
  if (!lists.ok()) return lists.status();
  options.lists = *std::move(lists);
  if (Status chosen = choose_capacity(flags, options.capacity); !chosen.ok()) return chosen;
  if (Status chosen = choose_order(flags, options); !chosen.ok()) return chosen;
  take_over(flags, options);
  options.checkpoint = checkpoint_options(flags, resumption);
  for (const std::string& file : {flags.conversation.ca_file, flags.conversation.fingerprints}) {
    if (!file.empty()) options.also_read.push_back(file);
  }
  if (Status opened = open_blocklists(flags, options); !opened.ok()) return opened;
  options.names = flags.names.options();
  options.names.mail_domains = flags.mail_domains;
  const Status read = scan::read_scope(flags.scope, options.scope, options.also_read);
  if (!read.ok()) return Status::unusable(printable(read.sentence()));
  if (Status checked = check_sources(flags.sources); !checked.ok()) return checked;
  options.identity = {.helo = flags.conversation.helo_name(), .check = !flags.allow_no_fcrdns};
  return choose_tls(flags, options);
}

}  // namespace mxsweep::cli
