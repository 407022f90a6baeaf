// SPDX-License-Identifier: GPL-3.0-or-later
// How a plot leaves the program: format, size, resolution, colours. Remembers what was chosen last.
#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDoubleSpinBox>
#include <QSpinBox>

#include "ui/plots/plot_export.h"

namespace axescope::ui {

class ExportDialog : public QDialog {
  Q_OBJECT
 public:
  explicit ExportDialog(QWidget* parent = nullptr);

  /// "svg", "pdf", "png", "csv", "json" or "tex".
  QString ending() const;
  /// Without provenance.
  PlotExportOptions options() const;

  void accept() override;

 private:
  void showNeeded();

  QComboBox* format_;
  QDoubleSpinBox* width_;
  QDoubleSpinBox* height_;
  QSpinBox* dpi_;
  QCheckBox* windowColours_;
};

}  // namespace axescope::ui
