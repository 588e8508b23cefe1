// SPDX-License-Identifier: MIT
#include "monitor/web.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "monitor/web_question.h"
#include "mxsweep/api/api.h"
#include "mxsweep/core/percent.h"
#include "mxsweep/ring/clock.h"
#include "mxsweep/serve/credentials.h"
#include "mxsweep/serve/encoding.h"
#include "mxsweep/serve/query.h"

namespace mxsweep::monitor {
namespace {

using serve::Answer;
using serve::Proof;
using serve::Responder;

constexpr std::size_t kAnswersKept = 256;
constexpr std::size_t kFreshMost = 64;  // Probes that are asked for at once.
constexpr std::string_view kBusy = "the monitor has too many questions to answer";

Answer refused(const Route& route, Proof proof) {
  Answer answer =
      error(route.api, 401,
            proof == Proof::wrong ? "the token is wrong" : "this needs the token of [http]");
  answer.headers.emplace_back("WWW-Authenticate", "Basic realm=\"mxsweep\", charset=\"UTF-8\"");
  return answer;
}

// What the answer depends on, as a text.
std::string key_of(const Route& route, const Viewer& viewer) {
  return fmt::format("{}{}{} {}{}", viewer.targets, !viewer.link_key.empty(),
                     viewer.format == metrics::Format::openmetrics, route.lines, route.asked);
}

// The host of "https://status.example.net/".
std::optional<std::string> host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  url.remove_prefix(scheme + 3);
  return serve::read_host(url.substr(0, url.find('/')));
}

}  // namespace

Web::Web(const watch::Settings& settings, WebSurroundings surroundings)
    : surroundings_(std::move(surroundings)),
      access_(access_of(settings)),
      server_([this](serve::Request&& request, Responder&& responder) {
        handle(std::move(request), std::move(responder));
      }) {}

Web::~Web() { stop(); }

std::shared_ptr<const Web::Access> Web::access_of(const watch::Settings& settings) {
  return std::make_shared<const Access>(Access{.http = settings.http,
                                               .link_key = settings.link_key.reveal(),
                                               .url = settings.status_url,
                                               .per_monitor = settings.http.per_monitor});
}

std::shared_ptr<const Web::Access> Web::access() const {
  const std::lock_guard lock(lock_);
  return access_;
}

Status Web::open() {
  const std::shared_ptr<const Access> present = access();
  serve::ServerOptions options{.listen = present->http.listen, .hosts = present->http.hosts};
  if (std::optional<std::string> host = host_of(present->url)) {
    options.hosts.push_back(*std::move(host));
  }
  if (Status opened = server_.open(options); !opened.ok()) return opened;
  return server_.start();
}

void Web::use(const watch::Settings& settings) {
  std::shared_ptr<const Access> next = access_of(settings);
  const std::lock_guard lock(lock_);
  access_ = std::move(next);
}

// In the server's thread from here on, unless it is said otherwise.
void Web::handle(serve::Request&& request, Responder&& responder) {
  std::variant<Route, NoRoute> read_as = read_route(request);
  if (const NoRoute* const none = std::get_if<NoRoute>(&read_as)) {
    Answer answer = error(none->api, none->status, none->why);
    if (!none->allow.empty()) answer.headers.emplace_back("Allow", none->allow);
    std::move(responder).answer(std::move(answer));
    return;
  }
  Route route = std::get<Route>(std::move(read_as));
  const std::shared_ptr<const Access> present = access();
  const watch::Http& http = present->http;
  const Proof proof = http.token.empty()
                          ? Proof::none
                          : serve::proof_of(request.authorization, http.token.reveal());
  const bool known = proof == Proof::basic || proof == Proof::bearer;
  Viewer viewer{.targets = known || http.visible == watch::Visible::everything ||
                           (http.visible == watch::Visible::status && http.show_targets),
                .link_key = known ? present->link_key : std::string(),
                .sign_in = !known && !http.token.empty(),
                .url = present->url,
                .per_monitor = present->per_monitor,
                .format = metrics::format_for(request.accept)};
  bool may = false;
  switch (route.need) {
    case Need::nothing: may = true; break;
    case Need::status: may = known || http.visible != watch::Visible::nothing; break;
    case Need::targets: may = viewer.targets; break;
    case Need::token: may = proof == Proof::bearer; break;
    case Need::signed_link:
      may = proof == Proof::bearer ||
            (!present->link_key.empty() &&
             serve::is_signed(request, ring::wall_now(), present->link_key));
      break;
  }
  if (!may && route.need == Need::signed_link) {
    std::move(responder).answer(error(false, 403, "this link is not valid, or no longer"));
  } else if (!may) {
    std::move(responder).answer(refused(route, proof));
  } else if (route.about == About::acknowledge) {
    acknowledge(request, route, std::move(viewer), std::move(responder));
  } else if (route.need == Need::token) {
    write(request, route, std::move(responder));
  } else {
    read(request, std::move(route), viewer, std::move(responder));
  }
}

void Web::read(const serve::Request& request, Route&& route, const Viewer& viewer,
               Responder&& responder) {
  if (route.about == About::healthy || route.about == About::ready) {
    std::move(responder).answer(health(route));
    return;
  }
  if (route.about == About::openapi) {
    std::move(responder).answer(api_description(serve::takes_gzip(request.accept_encoding)));
    return;
  }
  if (route.whole) {
    stream(std::move(route), viewer, std::move(responder));
    return;
  }
  const Instant now = ring::now();
  const std::string key = key_of(route, viewer);
  if (route.about == About::acknowledge_form) {
    route.action = request.path + '?';
    for (const auto& [name, value] : request.query) {
      if (!route.action.ends_with('?')) route.action += '&';
      route.action += percent_encoded(name) + '=' + percent_encoded(value);
    }
  }
  const auto found = asked_.find(key);
  const bool is_new = found == asked_.end() || found->second->is_old(now) || route.fresh;
  const std::shared_ptr<Question> question =
      is_new ? std::make_shared<Question>(std::move(route), viewer, now) : found->second;
  if (is_new) keep(key, question, now);
  const auto shared = std::make_shared<Responder>(std::move(responder));
  const bool gzip = serve::takes_gzip(request.accept_encoding);
  question->add([question, shared, gzip](const Make& make) {
    std::move(*shared).answer([question, make, gzip] { return question->kept(make, gzip); });
  });
  if (is_new && !post([this, question](Hand& hand) { answer(question, hand); })) {
    question->answer([api = question->route().api] { return busy(api, kBusy); }, now);
  }
}

// For later requests of the same. A client that asks for ever new things does not fill the memory.
void Web::keep(const std::string& key, const std::shared_ptr<Question>& question, Instant now) {
  if (asked_.size() >= kAnswersKept) {
    std::erase_if(asked_, [now](const auto& each) { return each.second->is_old(now); });
  }
  if (asked_.size() < kAnswersKept || asked_.contains(key)) asked_[key] = question;
}

bool Web::post(Asked&& asked) {
  {
    const std::lock_guard lock(lock_);
    if (questions_.size() >= kQuestionsMost) return false;
    questions_.push_back(std::move(asked));
    if (std::exchange(posted_, true)) return true;
  }
  surroundings_.in_loop([this](Hand& hand) { answer_some(hand); });
  return true;
}

// In the loop's thread.
void Web::answer_some(Hand& hand) {
  const Instant until = ring::now() + kQuestionsSpan;
  do {
    Asked asked;
    {
      const std::lock_guard lock(lock_);
      if (questions_.empty()) {
        posted_ = false;
        return;
      }
      asked = std::move(questions_.front());
      questions_.pop_front();
    }
    asked(hand);
  } while (ring::now() < until);
  again_ = true;
}

void Web::on_turn(Instant now) {
  turned_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  for (auto& [responder, make] : std::exchange(changed_, {})) {
    std::move(*responder).answer([this, make = std::move(make)] {
      asked_.clear();  // What was answered before may be as it was before the change.
      return make();
    });
  }
  if (!std::exchange(again_, false)) return;
  surroundings_.in_loop([this](Hand& hand) { answer_some(hand); });
}

void Web::answer(const std::shared_ptr<Question>& question, Hand& hand) {
  const Route& route = question->route();
  if (route.about == About::probe && route.fresh) {
    probe_now(question, hand);
    return;
  }
  if (route.about == About::api_history && route.resolution != Resolution::probe &&
      surroundings_.history) {
    std::optional<view::History> facts = board_->history(route.name, route.from, 0, hand.moment());
    if (facts) {
      surroundings_.history(route, *std::move(facts), [question](Make make) {
        question->answer(std::move(make), ring::now());
      });
      return;
    }
  }
  question->answer(facts_for(route, question->viewer(), *board_, hand, surroundings_.process),
                   ring::now());
}

void Web::probe_now(const std::shared_ptr<Question>& question, Hand& hand) {
  const std::optional<watch::MonitorId> id = board_->find_target(question->route().target);
  if (!id || fresh_.size() >= kFreshMost) {
    question->answer(
        [found = id.has_value(), route = question->route()] {
          return found ? busy(route.api, kBusy) : error(true, 404, "this target is not watched");
        },
        ring::now());
    return;
  }
  fresh_.emplace_back(*id, question);
  hand.watch().ask(*id, hand.moment());
}

void Web::on_result(watch::MonitorId monitor, Hand& hand) {
  if (fresh_.empty()) return;
  const auto done = std::partition(fresh_.begin(), fresh_.end(),
                                   [monitor](const auto& each) { return each.first != monitor; });
  for (auto each = done; each != fresh_.end(); ++each) {
    const Question& question = *each->second;
    each->second->answer(
        facts_for(question.route(), question.viewer(), *board_, hand, surroundings_.process),
        ring::now());
  }
  fresh_.erase(done, fresh_.end());
  const Instant now = ring::now();
  std::erase_if(fresh_, [now](const auto& each) { return each.second->is_old(now); });
}

pages::Audience Web::audience() const {
  const std::shared_ptr<const Access> present = access();
  pages::Audience audience;
  audience.targets =
      present->http.visible == watch::Visible::everything ||
      (present->http.visible == watch::Visible::status && present->http.show_targets);
  audience.url = present->url;
  return audience;
}

Answer Web::health(const Route& route) const {
  const Instant turned{Duration{turned_.load(std::memory_order_relaxed)}};
  const bool turns = ring::now() < turned + kHealthyTurn;
  if (!turns) return error(true, 503, "the loop has not turned for a while");
  return {.status = 200,
          .content_type = "text/plain; charset=utf-8",
          .body = route.about == About::healthy ? "healthy\n" : "ready\n"};
}

}  // namespace mxsweep::monitor
