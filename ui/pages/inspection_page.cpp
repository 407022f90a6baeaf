// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/inspection_page.h"

namespace axescope::ui {

InspectionPage::InspectionPage(AppState* state, Plot* plot, const QString& fileName, QWidget* parent)
    : PlotPage(state, plot, fileName, parent), layerChoice_(addChoice(tr("layer"))) {
  layerChoice_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  connect(layerChoice_, &QComboBox::activated, this,
          [this] { this->state().selection().setLayer(layerChoice_->currentText()); });
  connect(&state->selection(), &Selection::layerChanged, this, &InspectionPage::invalidate);
  connect(&state->selection(), &Selection::pointsChanged, this, &InspectionPage::ask);
  connect(&state->points(), &PointsModel::pointsChanged, this, &InspectionPage::ask);
  connect(state, &AppState::modelChanged, this, &InspectionPage::ask);
  connect(&state->inspection(), &InspectJob::changed, this, &InspectionPage::invalidate);
}

QString InspectionPage::provenance() const {
  return inspection_ ? QString::fromStdString(inspection_->file().provenance) : PlotPage::provenance();
}

void InspectionPage::showEvent(QShowEvent* event) {
  ask();
  PlotPage::showEvent(event);
}

void InspectionPage::ask() {
  // Points that arrive while a sweep runs must not start a quantization each.
  const bool settled = !state().sweep().running() || state().selection().currentPoint() >= 0;
  if (isVisible() && settled) state().inspect();
}

QString InspectionPage::notice() {
  if (state().inspection().running()) return tr("Quantizing this point to look at its integers…");
  if (!state().inspection().problem().isEmpty()) return state().inspection().problem();
  if (state().sweep().running()) return tr("Select a point to look at its integers while the sweep runs.");
  if (!state().modelOfPoints()) {
    const QString input = QString::fromStdString(state().provenance().inputFile);
    return input.isEmpty() ? tr("Open a dump to look at the integers of its points.")
                           : tr("Open %1, from which these points come, to look at their integers.").arg(input);
  }
  return tr("Select a point to look at its integers.");
}

void InspectionPage::fillLayers() {
  const QSignalBlocker blocker(layerChoice_);
  layerChoice_->clear();
  for (const QuantizedFileLayer& layer : inspection_->layers()) {
    layerChoice_->addItem(QString::fromStdString(layer.info.name));
  }
}

void InspectionPage::rebuild() {
  const auto& current = state().inspection().current();
  const bool waiting = state().inspection().running();
  if (!current || current->layers().empty() || waiting) {
    inspection_.reset();
    showNotice(current && current->layers().empty() && !waiting ? tr("This point has no quantized layers.") : notice());
    return;
  }
  const std::size_t wanted = current->layerIndex(state().selection().layer()).value_or(current->fullestLayer());
  const bool another = current != inspection_ || wanted != layer_;
  if (current != inspection_) {
    inspection_ = current;
    fillLayers();
  }
  layer_ = wanted;
  layerChoice_->setCurrentIndex(static_cast<int>(layer_));
  if (another) showLayer(inspection_, layer_);
  showView();
}

}  // namespace axescope::ui
