// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/bounds_page.h"

#include "ui/plots/bounds_chart.h"

namespace axescope::ui {

BoundsPage::BoundsPage(AppState* state, QWidget* parent)
    : InspectionPage(state, new ChartPlot, QStringLiteral("bounds"), parent), plot_(plotAs<ChartPlot>()) {
  plot_->setDescriber([this](int row) {
    if (!drawn_ || row < 0) return QString();
    const LayerInfo& info = drawn_->layers()[static_cast<std::size_t>(row)].info;
    return tr("<b>%1</b><br>K = %L2, %L3 channels")
        .arg(QString::fromStdString(info.name).toHtmlEscaped())
        .arg(info.k())
        .arg(info.channels);
  });
  start();
}

void BoundsPage::showLayer(const std::shared_ptr<const Inspection>&, std::size_t) {}

// All codes are read for it: in the background, once for each point and theme.
void BoundsPage::showView() {
  const bool dark = state().theme().dark;
  if (drawn_ == inspection() && dark == dark_) {
    showChosen();
    return;
  }
  drawn_ = inspection();
  dark_ = dark;
  drawing_.start([codes = inspection(),
                  theme = state().theme()](const std::stop_token& stop) { return boundsChart(*codes, theme, stop); },
                 [this](const ChartDescription& chart) {
                   plot_->setDescription(chart);
                   showChosen();
                 });
}

void BoundsPage::showNotice(const QString& notice) {
  drawn_.reset();
  drawing_.cancel();
  ChartDescription nothing;
  nothing.notice = notice;
  plot_->setDescription(nothing);
}

void BoundsPage::choose(int row, bool) {
  state().selection().setLayer(QString::fromStdString(drawn_->layers()[static_cast<std::size_t>(row)].info.name));
}

QList<int> BoundsPage::chosenRows() const {
  return drawn_ ? QList<int>{static_cast<int>(layer())} : QList<int>{};
}

}  // namespace axescope::ui
