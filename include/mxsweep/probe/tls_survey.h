// SPDX-License-Identifier: MIT
// The conversations that show a server's TLS in depth, one after the other: hellos of the
// enumeration, pairs of visits that show whether sessions are resumed, and a visit for each name
// that may have a certificate of its own.
//
//   Shape     begins after an ordinary visit that got as far as TLS. While next(): one conversation
//             with plan() and target(), then on_end(). Never two at a time. A conversation whose
//             end says nothing about the server may be made again instead, after begin_again().
//   Cost      tls/enumerator.h; at most four conversations for resumption, and one for each name:
//             those given, those of the certificate up to kSurveyNamesMax, and none at all.
//   Lifetime  plan and clients outlive it. plan() and target() are valid until next().
//   Memory    octets_held(), some 5 KB: at most a handshake message more while it is read.
//   Errors    none: what could not be found out is absent from the result, or not known.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/probe/hello_exchange.h"
#include "mxsweep/probe/observation.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/targets/target.h"
#include "mxsweep/tls/client.h"
#include "mxsweep/tls/enumeration.h"
#include "mxsweep/tls/enumerator.h"
#include "mxsweep/tls/ticket.h"

namespace mxsweep::probe {

inline constexpr std::size_t kSurveyNamesMax = 8;  // Of the certificate.

// Clients that speak one version each, for all surveys of a thread.
struct SurveyClients {
  tls::Client tls1_2;
  tls::Client tls1_3;

  // `options` are those of the ordinary visits, but for what is offered: all of one version.
  Status open(const tls::ClientOptions& options);
};

class TlsSurvey {
 public:
  // `seen`: the ordinary visit. `names`: for SNI, beside the target's own.
  TlsSurvey(const Plan& plan, const targets::Target& target, SurveyClients& clients,
            const Observation& seen, const std::vector<std::string>& names);
  TlsSurvey(const TlsSurvey&) = delete;
  TlsSurvey& operator=(const TlsSurvey&) = delete;

  // Whether there is another conversation to make.
  [[nodiscard]] bool next();
  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const targets::Target& target() const { return target_; }
  void on_end(const Observation& seen);
  void begin_again();

  // What is known. Unless next() has returned false, it says that it was cut off here.
  [[nodiscard]] const tls::Enumeration& result();
  [[nodiscard]] std::size_t octets_held() const;  // With the object itself.

  // Whether a survey can follow this visit.
  [[nodiscard]] static bool can_follow(const Observation& seen);

 private:
  enum class Step : std::uint8_t { hellos, first_session, second_session, names, done };

  [[nodiscard]] bool next_hello();
  [[nodiscard]] bool next_session();
  [[nodiscard]] bool next_name();
  void take_hellos();
  void on_hello_end(const Observation& seen);
  void on_session_end(const Observation& seen);
  void keep_leaf(const std::string& name, const Observation& seen);
  void add_name(std::string name);
  void use_plan_of_visit();

  const Plan& plan_of_visit_;
  SurveyClients& clients_;
  Plan plan_;
  targets::Target target_;
  std::string own_name_;
  tls::Enumerator enumerator_;
  std::optional<HelloExchange> exchange_;
  tls::Ticket ticket_;
  tls::Enumeration result_;
  std::uint32_t visits_ = 0;              // Beside the hellos.
  std::vector<tls::Version> sessions_{};  // Whose resumption is still to be tried.
  std::vector<std::string> names_{};      // Still to be tried, the first one last.
  Step step_ = Step::hellos;
};

}  // namespace mxsweep::probe
