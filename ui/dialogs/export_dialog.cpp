// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/export_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QPushButton>
#include <QSettings>

namespace axescope::ui {

namespace {

constexpr double columnWidth = 88.0;  // millimetres of one column in a two-column paper
constexpr double mostMillimetres = 2000.0;

QDoubleSpinBox* lengthBox(double value) {
  auto* box = new QDoubleSpinBox;
  box->setRange(20.0, mostMillimetres);
  box->setDecimals(0);
  box->setSuffix(QStringLiteral(" mm"));
  box->setValue(value);
  return box;
}

}  // namespace

ExportDialog::ExportDialog(QWidget* parent)
    : QDialog(parent),
      format_(new QComboBox),
      width_(nullptr),
      height_(nullptr),
      dpi_(new QSpinBox),
      windowColours_(new QCheckBox(tr("the window's colours instead of black on white"))) {
  setWindowTitle(tr("Export plot"));
  const QSettings settings;
  const auto stored = [&](const char* name, const QVariant& otherwise) {
    return settings.value(QStringLiteral("export/") + QString::fromLatin1(name), otherwise);
  };
  const std::pair<const char*, QString> formats[] = {{"svg", tr("SVG, vector graphics")},
                                                     {"pdf", tr("PDF, vector graphics")},
                                                     {"png", tr("PNG, picture")},
                                                     {"csv", tr("CSV, the numbers shown")},
                                                     {"json", tr("JSON, the numbers shown")},
                                                     {"tex", tr("LaTeX source for pgfplots")}};
  for (const auto& [ending, text] : formats) format_->addItem(text, QString::fromLatin1(ending));
  format_->setCurrentIndex(std::max(0, format_->findData(stored("format", QStringLiteral("svg")))));
  width_ = lengthBox(stored("width", 160.0).toDouble());
  height_ = lengthBox(stored("height", 100.0).toDouble());
  width_->setToolTip(tr("A column of a two-column paper is about %1 mm wide.").arg(columnWidth));
  dpi_->setRange(36, 2400);
  dpi_->setValue(stored("dpi", 300).toInt());
  dpi_->setSuffix(tr(" dpi"));
  windowColours_->setChecked(stored("windowColours", false).toBool());
  auto* form = new QFormLayout(this);
  form->setContentsMargins(20, 18, 20, 16);
  form->setVerticalSpacing(10);
  form->addRow(tr("Format"), format_);
  form->addRow(tr("Width"), width_);
  form->addRow(tr("Height"), height_);
  form->addRow(tr("Resolution"), dpi_);
  form->addRow(tr("Colours"), windowColours_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
  buttons->button(QDialogButtonBox::Save)->setText(tr("Save as…"));
  form->addRow(buttons);
  connect(buttons, &QDialogButtonBox::accepted, this, &ExportDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(format_, &QComboBox::currentIndexChanged, this, &ExportDialog::showNeeded);
  showNeeded();
}

QString ExportDialog::ending() const {
  return format_->currentData().toString();
}

void ExportDialog::showNeeded() {
  const QString chosen = ending();
  const bool drawn =
      chosen == QStringLiteral("svg") || chosen == QStringLiteral("pdf") || chosen == QStringLiteral("png");
  for (QWidget* widget :
       {static_cast<QWidget*>(width_), static_cast<QWidget*>(height_), static_cast<QWidget*>(windowColours_)}) {
    widget->setEnabled(drawn);
  }
  dpi_->setEnabled(chosen == QStringLiteral("png"));
}

PlotExportOptions ExportDialog::options() const {
  PlotExportOptions options;
  options.sizeMillimetres = {width_->value(), height_->value()};
  options.dpi = dpi_->value();
  options.paperColours = !windowColours_->isChecked();
  return options;
}

void ExportDialog::accept() {
  QSettings settings;
  settings.beginGroup(QStringLiteral("export"));
  settings.setValue(QStringLiteral("format"), ending());
  settings.setValue(QStringLiteral("width"), width_->value());
  settings.setValue(QStringLiteral("height"), height_->value());
  settings.setValue(QStringLiteral("dpi"), dpi_->value());
  settings.setValue(QStringLiteral("windowColours"), windowColours_->isChecked());
  QDialog::accept();
}

}  // namespace axescope::ui
