// SPDX-License-Identifier: MIT
// The certificates, by the moment when they expire.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "pages/page.h"
#include "pages/parts.h"
#include "pages/words.h"

namespace mxsweep::pages {
namespace {

constexpr std::size_t kHostsShown = 3;  // In a row.

void show_hosts(Page& page, const view::CertificateLine& line) {
  Html& html = page.html;
  html.open("td", {{"data-is", "Shown by"}}).open("span");
  html.text(counted_grouped(line.hosts, "host"));
  for (std::size_t i = 0; i < std::min(line.first_hosts.size(), kHostsShown); ++i) {
    html.text(i == 0 ? ": " : ", ");
    link_monitor(page, line.first_hosts[i], line.first_hosts[i].target, 80);
  }
  if (line.hosts > kHostsShown && !line.first_hosts.empty()) html.text(", \xe2\x80\xa6");
  html.close("span").close("td");
}

}  // namespace

void show_expiry(Page& page, watch::Expiry expiry, WallTime not_after) {
  switch (expiry) {
    case watch::Expiry::far: page.state("up", left(not_after, page.at())); return;
    case watch::Expiry::soon: page.state("degraded", left(not_after, page.at())); return;
    case watch::Expiry::urgent: page.state("down", left(not_after, page.at())); return;
    case watch::Expiry::expired: break;
  }
  page.state("down", "expired " + span_in_words(page.at() - not_after) + " ago");
}

std::string certificates(const view::CertificateList& facts, const Audience& audience) {
  if (!audience.targets) {
    return notice("Not shown here", "The certificates are not public.", audience);
  }
  std::size_t urgent = 0;
  std::size_t soon = 0;
  for (const view::CertificateLine& line : facts.certificates) {
    if (line.expiry >= watch::Expiry::urgent) ++urgent;
    if (line.expiry == watch::Expiry::soon) ++soon;
  }
  const std::string_view mood = urgent > 0 ? "down" : soon > 0 ? "degraded" : "up";
  Page page(audience, &facts.now,
            {Place::Kind::certificates, {}, facts.first / kCertificatesOfPage + 1}, "Certificates",
            mood);
  Html& html = page.html;
  page.begin_hero(
      facts.certificates.empty() ? "unknown" : mood, {},
      facts.all == 0 ? "No certificate has been seen yet" : "Certificates: " + grouped(facts.all));
  if (urgent + soon > 0) {
    html.open("ul", {{"class", "counts"}});
    if (urgent > 0) {
      html.open("li");
      page.state("down", fmt::format("{} urgent or expired", urgent));
      html.close("li");
    }
    if (soon > 0) {
      html.open("li");
      page.state("degraded", fmt::format("{} soon", soon));
      html.close("li");
    }
    html.put("li", "on this page", {{"class", "soft"}}).close("ul");
  }
  page.end_hero();
  if (!facts.certificates.empty()) {
    html.open("section").put("h2", "The next to expire first");
    begin_table(page, "stack names", {"Certificate", "Left", "Ends", "Issuer", "Shown by"});
    for (const view::CertificateLine& line : facts.certificates) {
      const watch::CertificateRow& row = line.certificate;
      html.open("tr").open("th", {{"scope", "row"}}).text(cut(row.subject, 200)).close("th");
      html.open("td", {{"data-is", "Left"}});
      show_expiry(page, line.expiry, row.not_after);
      html.close("td").open("td", {{"data-is", "Ends"}});
      page.time(row.not_after);
      html.close("td");
      cell(page, "Issuer", cut(row.issuer, 200));
      show_hosts(page, line);
      html.close("tr");
    }
    end_table(page);
    page.turn_pages(facts.first, static_cast<std::uint32_t>(facts.certificates.size()), facts.all,
                    kCertificatesOfPage, "Certificates");
    page.end_section();
  }
  return page.end();
}

}  // namespace mxsweep::pages
