// SPDX-License-Identifier: MIT
// The tables of history.db. docs/watch-storage.md describes them for people.
//
//   Layout   raw_YYYYMMDDHH, hourly_YYYYMMDD and daily, in UTC. The first two are dropped whole.
//   Views    `raw` and `hourly` are all of their kind together.
//   Words    outcomes, phases, causes and states are numbers in tables of their own, given as they
//            are first used: the order of an enum may change, a number does not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"

namespace mxsweep::store {

inline constexpr std::int64_t kHistoryVersion = 1;
inline constexpr std::int64_t kHistoryApplication = 0x6d78'7768;  // "mxwh"

inline constexpr char kHistorySchema[] = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE monitor(id INTEGER PRIMARY KEY, key TEXT NOT NULL);
CREATE TABLE outcome(id INTEGER PRIMARY KEY, word TEXT NOT NULL);
CREATE TABLE phase(id INTEGER PRIMARY KEY, word TEXT NOT NULL);
CREATE TABLE cause(id INTEGER PRIMARY KEY, word TEXT NOT NULL);
CREATE TABLE state(id INTEGER PRIMARY KEY, word TEXT NOT NULL);
INSERT INTO meta VALUES('version', 1), ('hours_done', 0), ('days_done', 0);
)sql";

// The columns of hourly and daily: counts by outcome, seconds by state, and the spreads.
inline constexpr std::string_view kCounts[] = {"results", "ok",     "degraded",
                                               "refused", "failed", "local"};
inline constexpr std::string_view kSeconds[] = {"up_s",      "degraded_s",   "down_s",
                                                "unknown_s", "unobserved_s", "maintenance_s"};
inline constexpr std::string_view kSpreads[] = {"total", "connect", "greeting", "ehlo", "tls"};
inline constexpr std::string_view kSpreadParts[] = {"min_us", "p10_us", "p25_us", "p50_us",
                                                    "p75_us", "p90_us", "max_us"};

inline constexpr std::int64_t kHourMs = 3'600'000;
inline constexpr std::int64_t kHoursOfDay = 24;

// `hour`, `day`: since 1970.
[[nodiscard]] std::string raw_name(std::int64_t hour);
[[nodiscard]] std::string hourly_name(std::int64_t day);
[[nodiscard]] std::string raw_columns();
[[nodiscard]] std::string summary_columns(std::string_view time);  // "hour" or "day"
[[nodiscard]] std::size_t summary_column_count();

// The partitions that exist, oldest first, as hours or days.
bool list_raw(Database& database, std::vector<std::int64_t>& hours);
bool list_hourly(Database& database, std::vector<std::int64_t>& days);
bool make_raw(Database& database, std::int64_t hour);
bool make_hourly(Database& database, std::int64_t day);
// Defines the views anew. Within the transaction that has made or dropped a partition.
bool make_views(Database& database);

}  // namespace mxsweep::store
