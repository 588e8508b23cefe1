// SPDX-License-Identifier: MIT
// The style sheet and the policy that allows it, and nothing else, to have an effect.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/pages/pages.h"
#include "mxsweep/tls/sha256.h"
#include "pages/page.h"
#include "pages/style.css.h"

namespace mxsweep::pages {
namespace {

// Without comments, line ends and indentation.
std::string without_blanks(std::string_view css) {
  std::string out;
  for (std::size_t i = 0; i < css.size(); ++i) {
    if (css.substr(i, 2) == "/*") {
      i = css.find("*/", i) + 1;
    } else if (css[i] == '\n') {
      while (i + 1 < css.size() && css[i + 1] == ' ') ++i;
    } else {
      out += css[i];
    }
  }
  return out;
}

// RFC 4648 section 4.
std::string base64(const tls::Digest& octets) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < octets.size(); i += 3) {
    const auto at = [&](std::size_t k) {
      return i + k < octets.size() ? std::uint32_t{octets[i + k]} : 0U;
    };
    const std::uint32_t bits = at(0) << 16U | at(1) << 8U | at(2);
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k > octets.size() ? '=' : kDigits[bits >> (18U - 6U * k) & 0x3fU];
    }
  }
  return out;
}

}  // namespace

const std::string& style_sheet() {
  static const std::string sheet = without_blanks(kStyle);
  return sheet;
}

const std::string& content_security_policy() {
  static const std::string policy = [] {
    tls::Sha256 hash;
    hash.add(style_sheet());
    // Images: only the icon, whose octets stand in the page.
    return "default-src 'none'; style-src 'sha256-" + base64(hash.finish()) +
           "'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
  }();
  return policy;
}

}  // namespace mxsweep::pages
