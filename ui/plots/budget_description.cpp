// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/budget_description.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace axescope::ui {

namespace {

QString superscript(int number) {
  const QString digits = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
  QString text;
  for (const QChar c : QString::number(number)) text += digits[c.digitValue()];
  return text;
}

ChannelBudget channelBudget(const Inspection& inspection, std::size_t layer, std::int64_t channel,
                            const BudgetView& view) {
  const Certificate& certificate = inspection.certificate(layer);
  ChannelBudget budget;
  budget.channel = channel;
  budget.tile = view.tile >= 0 ? view.tile : inspection.fullestTile(layer, channel);
  budget.use = certificate.use(channel, budget.tile);
  const TileSums& sums = certificate.sums(channel, budget.tile);
  if (view.quantity == BudgetQuantity::codeSums) {
    budget.above = static_cast<double>(sums.positive);
    budget.below = static_cast<double>(sums.negative);
  } else {
    const IntegerRange extremes = sums.extremes(certificate.activations());
    budget.above = static_cast<double>(std::max<std::int64_t>(0, extremes.high));
    budget.below = static_cast<double>(std::min<std::int64_t>(0, extremes.low));
  }
  return budget;
}

}  // namespace

BudgetDescription budgetOf(const Inspection& inspection, std::size_t layer, const BudgetView& view) {
  const Certificate& certificate = inspection.certificate(layer);
  BudgetDescription description;
  description.title =
      QStringLiteral("%1 · %2").arg(QString::fromStdString(inspection.layers()[layer].info.name), inspection.title());
  description.view = view;
  description.tiles = certificate.tiling().tiles();
  description.view.tile = std::min(view.tile, description.tiles - 1);
  description.channels.reserve(static_cast<std::size_t>(certificate.channels()));
  for (std::int64_t channel = 0; channel < certificate.channels(); ++channel) {
    description.channels.push_back(channelBudget(inspection, layer, channel, description.view));
  }
  if (view.order == ChannelOrder::byUse) {
    std::stable_sort(description.channels.begin(), description.channels.end(),
                     [](const ChannelBudget& a, const ChannelBudget& b) { return a.use > b.use; });
  }
  description.use.reserve(description.channels.size() * static_cast<std::size_t>(description.tiles));
  for (const ChannelBudget& budget : description.channels) {
    for (std::int64_t tile = 0; tile < description.tiles; ++tile) {
      description.use.push_back(static_cast<float>(certificate.use(budget.channel, tile)));
    }
  }
  const auto accumulator = static_cast<double>(accumulatorLimit(certificate.innerBits()));
  const IntegerRange activations = certificate.activations();
  const auto reach = static_cast<double>(std::max(std::abs(activations.low), std::abs(activations.high)));
  const QString power = QStringLiteral("2") + superscript(certificate.innerBits() - 1) + QStringLiteral("−1");
  if (view.quantity == BudgetQuantity::extremes) {
    description.limit = accumulator;
    description.limitText =
        QCoreApplication::translate("BudgetPlot", "limit %1 = %L2").arg(power).arg(accumulator, 0, 'f', 0);
  } else {
    description.limit = std::floor(accumulator / std::max(1.0, reach));
    const bool together = activations.low < 0;  // then both parts share one budget, the ℓ₁ norm's
    description.limitText =
        (together ? QCoreApplication::translate("BudgetPlot", "ℓ₁ budget of both parts together ⌊(%1)/%2⌋ = %L3")
                  : QCoreApplication::translate("BudgetPlot", "budget ⌊(%1)/%2⌋ = %L3"))
            .arg(power)
            .arg(reach, 0, 'f', 0)
            .arg(description.limit, 0, 'f', 0);
  }
  return description;
}

}  // namespace axescope::ui
