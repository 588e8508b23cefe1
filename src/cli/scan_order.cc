// SPDX-License-Identifier: MIT
// The flags of `mxsweep scan` for the order of the targets.
#include "cli/scan_order.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>

#include "cli/choice.h"

namespace mxsweep::cli {
namespace {

constexpr std::array<Choice<Order>, 2> kOrders = {
    {{"shuffled", Order::shuffled}, {"input", Order::input}}};

// Larger numbers lose digits in some readers of JSON.
constexpr std::uint64_t kSeedMax = (std::uint64_t{1} << 53) - 1;

}  // namespace

void add_order(Command& command, ScanFlags& flags) {
  command.add_choice(
      "--order", "ORDER", flags.order, kOrders,
      "shuffled: no network gets many visits at once; input: the order of the lists");
  command.add_value(
      "--seed", "N",
      [&flags](const std::string& text) {
        const Result<std::uint64_t> number = Command::read_number(text, 0, kSeedMax);
        if (number.ok()) flags.seed = *number;
        return number.status();
      },
      "Repeats the order of an earlier sweep of the same lists, whose summary has its seed "
      "[drawn at the start]");
}

void add_shard(Command& command, ScanFlags& flags) {
  command.add_value(
      "--shard", "I/N",
      [&flags](const std::string& text) {
        const Result<targets::Shard> shard = choose_shard(text);
        if (shard.ok()) flags.shard = *shard;
        return shard.status();
      },
      "Do only part I of N, counted from 1, of a sweep that is divided by the servers' networks. "
      "slurm: that of the task in its job array; kubernetes/N: that of the pod in its indexed job");
}

Status check_shard(const ScanFlags& flags) {
  if (flags.shard.is_all() || flags.domains.empty()) return {};
  return Status::unusable(
      "--domain-summary cannot be made by a --shard, because the servers of a domain may belong to "
      "several; sum up the merged records");
}

// All shards may visit the servers of an operator at the same time. Networks are in one shard.
void divide_caps(ScanFlags& flags) {
  std::uint32_t& cap = flags.courtesy.per_operator;
  if (cap != 0) cap = std::max(std::uint32_t{1}, cap / flags.shard.count);
}

Result<std::optional<std::uint64_t>> choose_seed(const ScanFlags& flags) {
  if (flags.order == Order::input) {
    if (!flags.seed) return std::optional<std::uint64_t>();
    return Status::unusable("--seed has no meaning with --order input");
  }
  if (flags.seed) return flags.seed;
  std::uint32_t drawn = 0;  // Short enough to be copied by hand.
  if (::getrandom(&drawn, sizeof drawn, 0) != sizeof drawn) {
    return Status::machine("no random number for the order of the targets", "give one with --seed");
  }
  return std::optional<std::uint64_t>(drawn);
}

std::string describe_order(const scan::Options& options) {
  return options.seed ? fmt::format("shuffled, seed {}", *options.seed) : "that of the lists";
}

}  // namespace mxsweep::cli
