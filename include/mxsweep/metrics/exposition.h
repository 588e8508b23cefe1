// SPDX-License-Identifier: MIT
// Writes metrics as text: for Prometheus, or as OpenMetrics. Pure.
//
//   Source   Prometheus text format 0.0.4; OpenMetrics 1.0.
//   Shape    family(), then its samples; then the next family; end() at last. Names are those of
//            OpenMetrics: a counter is named without "_total", which both formats get appended to
//            the sample. Info is a gauge in the older format.
//            The bound of a bucket is written alike in both ("1.0"), so that a series does not
//            depend on the format that it was scraped in.
//   Units    base units: seconds, octets ("bytes"), ratios.
//   Errors   none: octets of label values that are not UTF-8 are replaced; values that are no
//            number are written as NaN.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/metrics/buckets.h"

namespace mxsweep::metrics {

enum class Format : std::uint8_t { prometheus, openmetrics };

// By the Accept header of a scrape; absent or unknown: prometheus.
[[nodiscard]] Format format_for(std::string_view accept);
[[nodiscard]] std::string_view content_type(Format format);

enum class Type : std::uint8_t { counter, gauge, histogram, info };

using Label = std::pair<std::string_view, std::string_view>;
using Labels = std::initializer_list<Label>;

class Exposition {
 public:
  explicit Exposition(Format format) : format_(format) {}

  // `name`: without "_total" and "_info". `help`: one sentence.
  void family(std::string_view name, Type type, std::string_view help);
  // Of the family that was begun last.
  void value(Labels labels, double value);
  void value(Labels labels, std::uint64_t value);
  void histogram(Labels labels, const Buckets& buckets);
  [[nodiscard]] std::string end();

 private:
  void sample(std::string_view suffix, Labels labels, std::string_view le, std::string_view number);
  [[nodiscard]] std::string_view suffix() const;  // Of a sample that is not of a histogram.

  Format format_;
  std::string name_;
  Type type_ = Type::gauge;
  std::string out_;
};

}  // namespace mxsweep::metrics
