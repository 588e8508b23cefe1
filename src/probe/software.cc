// SPDX-License-Identifier: MIT
#include "mxsweep/probe/software.h"

#include "mxsweep/software/software.h"

namespace mxsweep::probe {

std::optional<Software> software_of(const Plan& plan, const results::Record& record) {
  if (plan.software == nullptr || record.protocol != Protocol::smtp) return std::nullopt;
  const results::ReplyText& ehlo = record.replies[Phase::ehlo];
  return plan.software->identify(
      {.greeting = record.replies[Phase::greeting].octets,
       .ehlo = ehlo.code == 250 ? ehlo.octets : std::string_view(),
       .refusal = record.reply.code != 0 ? record.reply.octets : std::string_view()});
}

}  // namespace mxsweep::probe
