// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/emulation_report.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/command/text_table.h"

namespace axescope {

namespace {

using Json = nlohmann::ordered_json;

double share(std::int64_t count, const ChannelOverflow& of) {
  return of.dotProducts == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(of.dotProducts);
}

std::string percent(double share) {
  return fmt::format("{:.2f} %", 100.0 * share);
}

}  // namespace

EmulatedLayerRow emulatedLayerRow(const LayerInfo& info, Datapath datapath, const CodeProduct& product) {
  datapath.outerBits = product.outerBits;
  datapath.tileSize = Tiling::of(info.k(), datapath.tileSize).tileSize;
  const auto tightest = std::min_element(product.headroomBits.begin(), product.headroomBits.end());
  return {.layer = info.name,
          .datapath = datapath,
          .counts = product.overflow.total(),
          .eventsPerMac = product.overflow.eventsPerMac(),
          .medianFirstOverflow = product.overflow.medianFirstOverflow(),
          .headroomBits = tightest == product.headroomBits.end() ? datapath.innerBits : *tightest,
          .estimatedOverflow = product.meanEstimatedOverflow(),
          .guaranteed = product.guaranteed};
}

std::string emulationText(const std::vector<EmulatedLayerRow>& rows, OrderChoice order) {
  using enum TextTable::Align;
  TextTable table({{"Layer", left},
                   {"T"},
                   {"P_I"},
                   {"P_O"},
                   {"Order", left},
                   {"Dot products"},
                   {"Overflowed"},
                   {"Persistent"},
                   {"Transient"},
                   {"Estimated"},
                   {"Events/MAC"},
                   {"First"},
                   {"Largest partial sum"},
                   {"Headroom"},
                   {"Guaranteed", left}});
  const auto number = [](auto value) { return fmt::format("{}", value); };
  for (const EmulatedLayerRow& row : rows) {
    const ChannelOverflow& counts = row.counts;
    table.addRow({row.layer, number(row.datapath.tileSize), number(row.datapath.innerBits),
                  number(row.datapath.outerBits), number(name(order.rule)), number(counts.dotProducts),
                  fmt::format("{} ({})", counts.overflowed, percent(share(counts.overflowed, counts))),
                  percent(share(counts.persistent, counts)), percent(share(counts.transient, counts)),
                  row.guaranteed ? "" : fmt::format("{:.3g} %", 100.0 * row.estimatedOverflow),
                  fmt::format("{:.3g}", row.eventsPerMac),
                  row.medianFirstOverflow < 0 ? "" : number(row.medianFirstOverflow),
                  row.guaranteed ? "" : number(counts.largestPartialSum), number(row.headroomBits),
                  row.guaranteed ? "yes" : "no"});
  }
  return table.text() +
         "\nShares are of dot products:\n"
         "  Persistent  a final sum is out of range\n"
         "  Transient   only sums on the way are, which another order may avoid\n"
         "  Estimated   persistent overflow of inner accumulators if final sums were Gaussian, tiles independent\n"
         "  First       median position of the first overflow, in the order of additions\n"
         "  Headroom    bits of P_I that the largest partial sum leaves; where proven, the largest possible\n";
}

std::string emulationJson(const std::vector<EmulatedLayerRow>& rows, OrderChoice order) {
  Json layers = Json::array();
  for (const EmulatedLayerRow& row : rows) {
    const ChannelOverflow& counts = row.counts;
    layers.push_back(
        {{"name", row.layer},
         {"tile", row.datapath.tileSize},
         {"inner_bits", row.datapath.innerBits},
         {"outer_bits", row.datapath.outerBits},
         {"overflow", row.datapath.innerOverflow == Overflow::wrap ? "wrap" : "saturate"},
         {"dot_products", counts.dotProducts},
         {"overflowed", counts.overflowed},
         {"overflow_rate", share(counts.overflowed, counts)},
         {"persistent_rate", share(counts.persistent, counts)},
         {"transient_rate", share(counts.transient, counts)},
         {"estimated_rate", row.estimatedOverflow},
         {"events_per_mac", row.eventsPerMac},
         {"first_overflow_median", row.medianFirstOverflow < 0 ? Json(nullptr) : Json(row.medianFirstOverflow)},
         {"largest_partial_sum", row.guaranteed ? Json(nullptr) : Json(counts.largestPartialSum)},
         {"headroom_bits", row.headroomBits},
         {"guaranteed", row.guaranteed}});
  }
  Json root{{"order", std::string(name(order.rule))}};
  if (order.rule == OrderRule::random) root["seed"] = order.seed;
  root["layers"] = std::move(layers);
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace axescope
