// SPDX-License-Identifier: MIT
#include "mxsweep/metrics/exposition.h"

#include <fmt/format.h>

#include <cmath>

#include "mxsweep/core/utf8.h"

namespace mxsweep::metrics {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD.

// Both formats escape the same octets in the value of a label; OpenMetrics also does so in a HELP.
void append_escaped(std::string_view text, bool quotes, std::string& out) {
  while (!text.empty()) {
    const std::size_t octets = octets_of_character(text);
    if (octets == 0) {
      out += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    const char first = text.front();
    if (first == '\n') {
      out += "\\n";
    } else if (first == '\\' || (first == '"' && quotes)) {
      out += '\\';
      out += first;
    } else {
      out += text.substr(0, octets);
    }
    text.remove_prefix(octets);
  }
}

std::string number_of(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

// OpenMetrics wants "1.0" where a bound is a whole number.
std::string bound_of(double value) {
  std::string text = number_of(value);
  if (text.find_first_not_of("0123456789") == std::string::npos) text += ".0";
  return text;
}

std::string_view word_of(Type type, Format format) {
  switch (type) {
    case Type::counter: return "counter";
    case Type::gauge: return "gauge";
    case Type::histogram: return "histogram";
    case Type::info: return format == Format::openmetrics ? "info" : "gauge";
  }
  return {};
}

}  // namespace

std::string_view Exposition::suffix() const {
  switch (type_) {
    case Type::counter: return "_total";
    case Type::info: return "_info";
    case Type::gauge:
    case Type::histogram: break;
  }
  return {};
}

void Exposition::family(std::string_view name, Type type, std::string_view help) {
  name_ = name;
  type_ = type;
  const bool openmetrics = format_ == Format::openmetrics;
  const std::string full = name_ + std::string(openmetrics ? "" : suffix());
  out_ += fmt::format("# HELP {} ", full);
  append_escaped(help, openmetrics, out_);
  out_ += fmt::format("\n# TYPE {} {}\n", full, word_of(type, format_));
}

void Exposition::value(Labels labels, double value) {
  sample(suffix(), labels, {}, number_of(value));
}

void Exposition::value(Labels labels, std::uint64_t value) {
  sample(suffix(), labels, {}, fmt::format("{}", value));
}

void Exposition::histogram(Labels labels, const Buckets& buckets) {
  for (std::size_t bound = 0; bound < kBounds.size(); ++bound) {
    sample("_bucket", labels, bound_of(kBounds[bound]), fmt::format("{}", buckets.up_to(bound)));
  }
  const std::string count = fmt::format("{}", buckets.count());
  sample("_bucket", labels, "+Inf", count);
  sample("_sum", labels, {}, number_of(buckets.sum()));
  sample("_count", labels, {}, count);
}

std::string Exposition::end() {
  if (format_ == Format::openmetrics) out_ += "# EOF\n";
  return std::move(out_);
}

// `le`: the bound of a bucket; empty for any other sample.
void Exposition::sample(std::string_view suffix, Labels labels, std::string_view le,
                        std::string_view number) {
  out_ += name_;
  out_ += suffix;
  char before = '{';
  for (const auto& [name, value] : labels) {
    out_ += before;
    out_ += name;
    out_ += "=\"";
    append_escaped(value, true, out_);
    out_ += '"';
    before = ',';
  }
  if (!le.empty()) {
    out_ += fmt::format("{}le=\"{}\"", before, le);
    before = ',';
  }
  if (before == ',') out_ += '}';
  out_ += ' ';
  out_ += number;
  out_ += '\n';
}

}  // namespace mxsweep::metrics
