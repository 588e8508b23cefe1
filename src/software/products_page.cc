// SPDX-License-Identifier: MIT
#include "mxsweep/software/products_page.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "mxsweep/core/ascii.h"
#include "mxsweep/software/software.h"

namespace mxsweep::software {
namespace {

bool precedes(const Product& a, const Product& b) {
  return std::lexicographical_compare(
      a.name.begin(), a.name.end(), b.name.begin(), b.name.end(),
      [](char left, char right) { return lower(left) < lower(right); });
}

std::string parts_of(const Product& product) {
  std::string parts;
  const auto add = [&parts](bool known, EvidencePart part) {
    if (known) parts += (parts.empty() ? "" : ", ") + std::string(to_string(part));
  };
  add(product.greeting, EvidencePart::greeting);
  add(product.ehlo, EvidencePart::ehlo);
  add(product.reply, EvidencePart::reply);
  add(product.extensions, EvidencePart::extensions);
  return parts;
}

}  // namespace

std::string products_page() {
  const Table table;
  std::vector<Product> products = table.products();
  std::sort(products.begin(), products.end(), precedes);
  std::string page = "## Products\n\n" + std::to_string(products.size()) +
                     " in the built-in table.\n\n| product | vendor | known by |\n|---|---|---|\n";
  for (const Product& product : products) {
    page += "| " + std::string(product.name) + " | " + std::string(product.vendor) + " | " +
            parts_of(product) + " |\n";
  }
  return page;
}

}  // namespace mxsweep::software
