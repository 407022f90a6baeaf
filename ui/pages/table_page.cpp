// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/table_page.h"

#include <QFileDialog>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/state/whole_file.h"

namespace axescope::ui {

TablePage::TablePage(AppState* state, QWidget* parent)
    : QWidget(parent), state_(state), table_(new PointsTable(state, PointsColumns::Start::all)) {
  auto* columns = new QPushButton(tr("Columns"));
  columns->setToolTip(tr("Which columns are shown; also in the header's context menu."));
  auto* copy = new QPushButton(tr("Copy"));
  copy->setToolTip(tr("The selected rows as tab-separated text, or all rows when none is selected (Ctrl+C)."));
  auto* exported = new QPushButton(tr("Export CSV…"));
  exported->setToolTip(tr("The points shown with all their columns and where they come from."));
  for (QPushButton* button : {columns, copy, exported}) table_->addButton(button);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(table_);

  connect(columns, &QPushButton::clicked, this, [this, columns] {
    QMenu menu(this);
    table_->columns()->fill(&menu);
    menu.exec(columns->mapToGlobal(QPoint(0, columns->height())));
  });
  connect(copy, &QPushButton::clicked, table_, &PointsTable::copy);
  connect(exported, &QPushButton::clicked, this, &TablePage::chooseFile);
}

void TablePage::chooseFile() {
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Export the points"), QStringLiteral("points.csv"), tr("CSV (*.csv)"));
  if (!path.isEmpty()) exportCsv(path);
}

void TablePage::exportCsv(const QString& path) {
  const std::string text = resultsCsv(state_->provenance(), table_->shownPoints());
  const Status written = writeWholeFile(path, QByteArray::fromStdString(text));
  Q_EMIT message(written ? tr("Exported %1").arg(path) : QString::fromStdString(written.error().line()), !written);
}

}  // namespace axescope::ui
