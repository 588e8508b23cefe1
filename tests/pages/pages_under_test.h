// SPDX-License-Identifier: MIT
// Every page with sample facts, and what may be asked of a page as text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/pages/pages.h"

namespace mxsweep::pages {

// Its name, and its text.
using NamedPage = std::pair<std::string, std::string>;

// As each page is for these readers, with usual facts and empty ones.
[[nodiscard]] std::vector<NamedPage> usual_pages(const Audience& audience);
// The same with facts of which every private text is marked and hostile.
[[nodiscard]] std::vector<NamedPage> marked_pages(const Audience& audience);

[[nodiscard]] Audience insiders();  // They see everything, and may acknowledge.
[[nodiscard]] Audience strangers();

// The values of all attributes with this name: "href".
[[nodiscard]] std::vector<std::string> values_of(std::string_view page, std::string_view attribute);
// The first element that is not closed, or closed and not open; or an attribute without quotes.
// Empty: the page is well-formed.
[[nodiscard]] std::string fault_of(std::string_view page);
[[nodiscard]] std::size_t count(std::string_view text, std::string_view part);

}  // namespace mxsweep::pages
