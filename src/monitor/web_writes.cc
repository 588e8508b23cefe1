// SPDX-License-Identifier: MIT
// Requests that change something: the command runs in the loop's thread, and is answered when the
// board has it too, so that the next answer shows the change.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "monitor/commands.h"
#include "monitor/web.h"
#include "mxsweep/pages/pages.h"
#include "mxsweep/serve/query.h"

namespace mxsweep::monitor {
namespace {

using serve::Responder;

std::string_view value_of(const std::vector<std::pair<std::string, std::string>>& members,
                          std::string_view name) {
  const auto found = std::ranges::find(members, name, &std::pair<std::string, std::string>::first);
  return found == members.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

void Web::answer_after_turn(std::shared_ptr<Responder> responder, Make make) {
  changed_.emplace_back(std::move(responder), std::move(make));
}

void Web::write(const serve::Request& request, const Route& route, Responder&& responder) {
  if (route.about == About::reload) {
    surroundings_.reload(std::move(responder));
    return;
  }
  Ask ask = Ask::ack;
  if (route.about == About::api_silence) ask = Ask::silence;
  if (route.about == About::api_maintenance) ask = Ask::maintenance;
  if (route.about == About::api_end_silence) ask = Ask::unsilence;
  if (!request.content_type.starts_with("application/json") && !request.body.empty()) {
    std::move(responder).answer(error(true, 415, "the body must be application/json"));
    return;
  }
  Result<Request> command = read_request(request.body.empty() ? "{}" : request.body, ask);
  if (!command.ok()) {
    std::move(responder).answer(error(true, 400, command.status().sentence()));
    return;
  }
  if (route.number > 0) command->number = route.number;
  const auto shared = std::make_shared<Responder>(std::move(responder));
  surroundings_.in_loop([this, command = *std::move(command), shared](Hand& hand) {
    const bool known =
        command.ask != Ask::ack || !hand.watch().incident_json(command.number).empty();
    const Result<std::string> done = carry_out(command, hand);
    answer_after_turn(shared, [done, known] {
      return done.ok() ? json(*done) : error(true, known ? 400 : 404, done.status().sentence());
    });
  });
}

void Web::acknowledge(const serve::Request& request, const Route& route, Viewer&& viewer,
                      Responder&& responder) {
  const auto members = serve::read_members(request.body);
  const std::string by = members ? std::string(value_of(*members, "by")) : std::string();
  if (by.empty()) {
    std::move(responder).answer(error(false, 400, "the form lacks a name"));
    return;
  }
  const std::string note(value_of(*members, "note"));
  const auto shared = std::make_shared<Responder>(std::move(responder));
  surroundings_.in_loop(
      [this, number = route.number, by, note, targets = viewer.targets, shared](Hand& hand) {
        const Status done =
            hand.watch().acknowledge(number, by, note, kAcknowledgedDefault, hand.moment());
        answer_after_turn(shared, [done, number, targets] {
          pages::Audience audience;
          audience.targets = targets;
          if (!done.ok()) return error(false, 409, done.sentence());
          return html(pages::acknowledged(number, kAcknowledgedDefault, audience));
        });
      });
}

}  // namespace mxsweep::monitor
