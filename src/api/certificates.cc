// SPDX-License-Identifier: MIT
#include "api/parts.h"
#include "mxsweep/api/api.h"

namespace mxsweep::api {
namespace {

using results::JsonObject;

std::string certificate_json(const view::CertificateLine& line) {
  const watch::CertificateRow& certificate = line.certificate;
  JsonObject object;
  object.text("sha256", name_part(certificate.sha256));
  object.text_if_any("spki_sha256", certificate.spki_sha256);
  object.text("subject", name_part(certificate.subject));
  object.text("issuer", name_part(certificate.issuer));
  object.time("not_before", certificate.not_before).time("not_after", certificate.not_after);
  object.text("expiry", word_of(line.expiry)).number("hosts", line.hosts);
  return object.json("first_hosts", json_array(line.first_hosts, monitor_json)).end();
}

}  // namespace

std::string certificates(const view::CertificateList& facts) {
  JsonObject object = observed(facts.now);
  const std::size_t reached = facts.first + facts.certificates.size();
  const bool more = reached < facts.all && !facts.certificates.empty();
  return list_json(object, json_array(facts.certificates, certificate_json),
                   more ? std::to_string(reached) : std::string());
}

std::string certificate_lines(const view::CertificateList& facts) {
  return json_lines(facts.certificates, certificate_json);
}

}  // namespace mxsweep::api
