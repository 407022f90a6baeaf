// SPDX-License-Identifier: GPL-3.0-or-later
// Every coefficient and price of a cost table, to be changed, loaded and saved. What does not work says so at once.
#pragma once

#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTableWidget>

#include "core/cost/cost_model.h"

namespace axescope::ui {

class CostTableDialog : public QDialog {
  Q_OBJECT
 public:
  explicit CostTableDialog(const CostModel& table, QWidget* parent = nullptr);

  /// What is written in the dialog. Errors: those of costModelFromJson().
  Result<CostModel> written() const;
  /// The accepted table.
  const CostModel& table() const { return table_; }
  void setTable(const CostModel& table);
  QString problem() const { return problem_->text(); }

 public Q_SLOTS:
  void accept() override;

 private:
  QWidget* makeTables();
  QWidget* makeRowButtons(QTableWidget* table);
  void addRow(QTableWidget* table, const QStringList& cells, int row);
  void check();
  void mark(const std::string& place);
  void load();
  void save();

  CostModel table_;
  QLineEdit* title_;
  QLineEdit* unit_;
  QLineEdit* source_;
  QPlainTextEdit* assumptions_;
  QTableWidget* coefficients_;
  QTableWidget* rules_;
  QLineEdit* otherwise_;
  QLabel* problem_;
  QPushButton* use_;
  QPushButton* save_;
};

}  // namespace axescope::ui
