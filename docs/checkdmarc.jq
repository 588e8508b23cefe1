# SPDX-License-Identifier: MIT
# Lines of `mxsweep checks` under the names of checkdmarc's JSON, for what reads that:
#
#   mxsweep checks domains.txt | jq -f checkdmarc.jq
#
# "valid" is null where DNS gave no answer; checkdmarc has no word for that. What checkdmarc alone
# looks at (BIMI, SOA, name servers, the terms of SPF that need no lookup) is absent.
def findings($topic): [.findings[] | select(.id | startswith($topic + "."))];
def sentence: [.id, .at, .detail] | map(values) | join(" ");
def complaints($topic; $severities):
  [findings($topic)[] | select(.severity | IN($severities[])) | sentence];
def valid: {"ok": true, "permerror": false, "none": false, "invalid": false}[.verdict // ""];
def section($topic; $policy; fields):
  if $policy == null then empty
  else
    {valid: ($policy | if .present == "no" then false else valid end)}
    + ($policy | {record} + fields | del(.. | nulls))
    + {warnings: complaints($topic; ["warn", "notice"])}
    + (complaints($topic; ["error"]) | if . == [] then {} else {error: join("; ")} end)
  end;

select(.checks) | . as $line | .checks
| {domain: $line.domain, base_domain: .dmarc.organizational,
   dnssec: {"secure": true, "insecure": false, "bogus": false}[.dnssec.mx // ""],
   mx: {hosts: [$line.mx[]? | .host as $host | [$line.checks.servers[]? | select(.host == $host)]
                as $servers | {preference, hostname: $host, addresses: [$servers[].ip],
                               tlsa: [$servers[0].checks.dane.records[]?.tlsa]}],
        warnings: complaints("mx"; ["warn", "notice"])},
   mta_sts: section("mta_sts"; .mta_sts; {id, policy: {mode, max_age, mx}}),
   spf: section("spf"; .spf; {dns_lookups: .lookups, void_dns_lookups: .voids}),
   dmarc: section("dmarc"; .dmarc; {location, tags: (.tags // {} | map_values({value: .}))}),
   smtp_tls_reporting: section("tls_rpt"; .tls_rpt; {tags: {rua: {value: .rua}}})}
