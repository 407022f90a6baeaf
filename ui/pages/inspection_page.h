// SPDX-License-Identifier: GPL-3.0-or-later
// What pages about a point's integers share: they ask for them while they are visible, choose a layer, and say what
// is missing.
#pragma once

#include <memory>

#include "ui/pages/plot_page.h"

namespace axescope::ui {

class InspectionPage : public PlotPage {
  Q_OBJECT
 public:
  InspectionPage(AppState* state, Plot* plot, const QString& fileName, QWidget* parent = nullptr);

  QString provenance() const override;

 protected:
  void showEvent(QShowEvent* event) override;
  void rebuild() final;

  /// Another point, another layer: everything anew.
  virtual void showLayer(const std::shared_ptr<const Inspection>& inspection, std::size_t layer) = 0;
  /// The same layer, other controls or theme.
  virtual void showView() = 0;
  /// Nothing to show, and why.
  virtual void showNotice(const QString& notice) = 0;

  const std::shared_ptr<const Inspection>& inspection() const { return inspection_; }
  std::size_t layer() const { return layer_; }

 private:
  void ask();
  void fillLayers();
  QString notice();

  QComboBox* layerChoice_;
  std::shared_ptr<const Inspection> inspection_;
  std::size_t layer_ = 0;
};

}  // namespace axescope::ui
