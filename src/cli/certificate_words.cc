// SPDX-License-Identifier: MIT
#include "cli/certificate_words.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "mxsweep/core/cause.h"
#include "mxsweep/verdict/classify.h"

namespace mxsweep::cli {
namespace {

using tls::Certificate;
using tls::VerifyError;

bool saw_certificates(const results::Record& record) {
  return record.tls.has_value() && record.tls->chain != nullptr &&
         !record.tls->chain->certificates.empty();
}

// Why a certificate is not valid at `now`, as the predicate of a sentence about it.
std::optional<std::string> untimely(const Certificate& certificate, WallTime now) {
  if (certificate.key.empty()) return std::nullopt;  // Not parsed.
  if (certificate.not_after < now) {
    return fmt::format("has expired, on {}", day(certificate.not_after));
  }
  if (certificate.not_before > now) {
    return fmt::format("is not valid yet, only from {}", day(certificate.not_before));
  }
  return std::nullopt;
}

std::string mistrust(const std::vector<Certificate>& certificates) {
  const Certificate& last = certificates.back();
  if (certificates.front().self_signed) {
    return "the certificate was issued by itself: no authority vouches for it";
  }
  if (certificates.size() == 1) {
    return fmt::format(
        "the server does not send the intermediate certificate that issued its own, {} (or that is "
        "an authority which is not trusted here)",
        printable(last.issuer));
  }
  return fmt::format("the authority that issued the certificate, {}, is not trusted here",
                     printable(last.issuer));
}

bool is_certificate_cause(Cause cause) {
  return cause == verdict::cause_of(VerifyError::certificate_expired) ||
         cause == verdict::cause_of(VerifyError::certificate_not_trusted) ||
         cause == verdict::cause_of(VerifyError::certificate_host_mismatch) ||
         cause == verdict::cause_of(VerifyError::validation_failure);
}

}  // namespace

std::string printable(std::string_view octets) {
  std::string text;
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x20 && octet < 0x7f) {
      text += c;
    } else {
      text += fmt::format("\\x{:02x}", octet);
    }
  }
  return text;
}

std::string day(WallTime time) {
  return fmt::format("{:%Y-%m-%d}", std::chrono::floor<std::chrono::seconds>(time));
}

std::optional<std::string> time_complaint(const results::Record& record) {
  if (!saw_certificates(record)) return std::nullopt;
  const std::vector<Certificate>& certificates = record.tls->chain->certificates;
  if (const auto why = untimely(certificates.front(), record.at)) return "the certificate " + *why;
  // The other certificates may be unused by the library, so an expired one counts only if the
  // library reports an expired certificate.
  if (record.tls->verify_error != VerifyError::certificate_expired) return std::nullopt;
  for (const Certificate& certificate : certificates) {
    if (const auto why = untimely(certificate, record.at)) {
      return fmt::format("the issuer's certificate {} {}", printable(certificate.subject), *why);
    }
  }
  return std::string(explain(Cause::certificate_expired));
}

std::vector<std::string> certificate_complaints(const results::Record& record) {
  std::vector<std::string> complaints;
  if (!saw_certificates(record)) return complaints;
  const tls::Facts& facts = *record.tls;
  const std::vector<Certificate>& certificates = facts.chain->certificates;
  if (auto complaint = time_complaint(record)) complaints.push_back(std::move(*complaint));
  const bool unvouched =
      certificates.front().self_signed && facts.chain->error != VerifyError::none;
  if (facts.verify_error == VerifyError::certificate_not_trusted || unvouched) {
    complaints.push_back(mistrust(certificates));
  }
  if (facts.verify_error == VerifyError::validation_failure) {
    complaints.emplace_back(explain(Cause::certificate_validation_failure));
  }
  if (facts.name_match == false) {
    complaints.push_back("the certificate is for another name, not for " + printable(record.name));
  }
  return complaints;
}

std::string explained(const results::Record& record) {
  if (is_certificate_cause(record.cause)) {
    std::vector<std::string> complaints = certificate_complaints(record);
    if (!complaints.empty()) return complaints.front();
  }
  return std::string(explain(record.cause));
}

std::vector<std::string> further_complaints(const results::Record& record) {
  std::vector<std::string> complaints = certificate_complaints(record);
  if (is_certificate_cause(record.cause) && !complaints.empty()) {
    complaints.erase(complaints.begin());
  }
  return complaints;
}

}  // namespace mxsweep::cli
