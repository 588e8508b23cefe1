// SPDX-License-Identifier: MIT
// pages_samples FOLDER: writes every page with sample facts into FOLDER, for a browser, and the
// policy that they are served with.
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "mxsweep/pages/pages.h"
#include "support/sample_facts.h"

namespace {

namespace samples = mxsweep::view::samples;
using mxsweep::pages::Audience;
using mxsweep::pages::Badge;

class Folder {
 public:
  explicit Folder(std::string path) : path_(std::move(path)) {}

  void write(std::string_view name, std::string_view text) {
    std::ofstream file(path_ + '/' + std::string(name), std::ios::binary);
    file << text;
    good_ = good_ && file.flush().good();
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  std::string path_;
  bool good_ = true;
};

Audience insiders() {
  Audience audience;
  audience.targets = true;
  audience.url = "https://status.example.net";
  audience.acknowledge = [](mxsweep::watch::IncidentId id) {
    return "/incident/" + std::to_string(id) + "/acknowledge?until=1&mac=abc";
  };
  return audience;
}

void write_overviews(Folder& folder, const Audience& audience) {
  using mxsweep::pages::overview;
  folder.write("overview-outage.html", overview(samples::outage_overview(), audience));
  folder.write("overview-calm.html", overview(samples::calm_overview(), audience));
  folder.write("overview-empty.html", overview(samples::empty_overview(), audience));
  folder.write("overview-blind.html", overview(samples::blind_overview(), audience));
  folder.write("overview-trouble.html", overview(samples::trouble_overview(), audience));
  folder.write("overview-marked.html", overview(samples::marked_overview(), audience));
  auto large = samples::large_overview(40, 30);
  large.first_group = 40;
  large.groups_all = 180;
  folder.write("overview-large.html", overview(large, audience));
}

// A dozen hostile rows show as much as a hundred.
template <typename Facts, typename Rows>
Facts shortened(Facts facts, Rows Facts::*rows) {
  (facts.*rows).resize(12);
  return facts;
}

void write_others(Folder& folder, const Audience& audience) {
  using mxsweep::view::CertificateList;
  using mxsweep::view::GroupPage;
  using mxsweep::view::IncidentPage;
  using namespace mxsweep::pages;
  folder.write("group-calm.html", group(samples::calm_group(), audience));
  folder.write("group-outage.html", group(samples::outage_group(), audience));
  folder.write("group-empty.html", group(samples::empty_group(), audience));
  folder.write("group-marked.html",
               group(shortened(samples::marked_group(), &GroupPage::monitors), audience));
  folder.write("monitor-up.html", monitor(samples::up_monitor(), audience));
  folder.write("monitor-down.html", monitor(samples::down_monitor(), audience));
  folder.write("monitor-empty.html", monitor(samples::empty_monitor(), audience));
  folder.write("monitor-marked.html", monitor(samples::marked_monitor(), audience));
  folder.write("incident-open.html", incident(samples::open_incident(), audience));
  folder.write("incident-closed.html", incident(samples::closed_incident(), audience));
  folder.write("incident-empty.html", incident(samples::empty_incident(), audience));
  folder.write("incident-marked.html",
               incident(shortened(samples::marked_incident(), &IncidentPage::members), audience));
  folder.write("incidents.html", incidents(samples::many_incidents(), audience));
  folder.write("incidents-empty.html", incidents(samples::empty_incidents(), audience));
  folder.write("certificates.html", certificates(samples::many_certificates(), audience));
  folder.write("certificates-empty.html", certificates(samples::empty_certificates(), audience));
  folder.write("certificates-marked.html", certificates(shortened(samples::marked_certificates(),
                                                                  &CertificateList::certificates),
                                                        audience));
  folder.write("acknowledge.html", acknowledge_form(samples::open_incident(),
                                                    "/incident/412/acknowledge?mac=abc", audience));
  folder.write("acknowledged.html", acknowledged(412, std::chrono::hours{24}, audience));
  folder.write("notice.html", notice("Not found", "There is no such page.", audience));
}

void write_for_the_public(Folder& folder) {
  using namespace mxsweep::pages;
  Audience audience;
  audience.refresh = 60;
  folder.write("public-overview.html", overview(samples::outage_overview(), audience));
  folder.write("public-group.html", group(samples::outage_group(), audience));
  folder.write("public-incident.html", incident(samples::open_incident(), audience));
  audience.files = true;
  audience.expires = samples::kNow + std::chrono::minutes{5};
  folder.write("file-overview.html", overview(samples::trouble_overview(), audience));
  audience.targets = true;
  folder.write("file-group.html", group(samples::outage_group(), audience));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: pages_samples FOLDER\n", stderr);
    return 2;
  }
  using namespace mxsweep::pages;
  Folder folder(argv[1]);
  write_overviews(folder, insiders());
  write_others(folder, insiders());
  write_for_the_public(folder);
  folder.write("policy", content_security_policy());
  folder.write("feed.atom", feed(samples::many_incidents(), insiders()));
  folder.write("feed-marked.atom", feed(samples::marked_incidents(), insiders()));
  folder.write("badge.svg", svg(status_badge("mx3.example.net", samples::up_monitor())));
  folder.write("badge-down.svg", svg(group_badge("edge", samples::outage_group().group.counts)));
  folder.write("badge-marked.svg",
               svg({samples::marked("label"), samples::marked("text"), Badge::Colour::bad}));
  return folder.good() ? 0 : 1;
}
