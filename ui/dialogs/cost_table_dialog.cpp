// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/cost_table_dialog.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QVBoxLayout>

#include <nlohmann/json.hpp>

#include "core/cost/operation_count.h"
#include "ui/state/text_view.h"
#include "ui/state/whole_file.h"

namespace axescope::ui {

namespace {

using Json = nlohmann::ordered_json;

enum RuleColumn { operationsColumn, rolesColumn, aColumn, bColumn, priceColumn };

template <class Value>
QString namesOf(const std::vector<Value>& values) {
  QStringList names;
  for (const Value value : values) names << fromView(name(value));
  return names.join(QStringLiteral(", "));
}

QString typeName(const std::optional<NumberType>& type) {
  return type ? namesOf(std::vector{*type}) : QString();
}

std::string cellText(const QTableWidget* table, int row, int column) {
  const QTableWidgetItem* item = table->item(row, column);
  return item == nullptr ? std::string() : item->text().trimmed().toStdString();
}

Json listOf(const std::string& text) {
  Json list = Json::array();
  for (const QString& one : QString::fromStdString(text).split(QLatin1Char(','), Qt::SkipEmptyParts)) {
    list.push_back(one.trimmed().toStdString());
  }
  return list;
}

QTableWidget* makeTable(const QStringList& titles, const QString& name) {
  auto* table = new QTableWidget(0, static_cast<int>(titles.size()));
  table->setHorizontalHeaderLabels(titles);
  table->setAccessibleName(name);
  table->verticalHeader()->hide();
  table->horizontalHeader()->setStretchLastSection(true);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  return table;
}

}  // namespace

CostTableDialog::CostTableDialog(const CostModel& table, QWidget* parent)
    : QDialog(parent),
      title_(new QLineEdit),
      unit_(new QLineEdit),
      source_(new QLineEdit),
      assumptions_(new QPlainTextEdit),
      coefficients_(makeTable({tr("Coefficient"), tr("Formula")}, tr("Coefficients"))),
      rules_(makeTable({tr("Operations"), tr("Done for"), tr("a"), tr("b"), tr("Price of one")}, tr("Prices"))),
      otherwise_(new QLineEdit),
      problem_(new QLabel),
      use_(nullptr),
      save_(nullptr) {
  setWindowTitle(tr("Cost table"));
  resize(860, 760);
  auto* form = new QFormLayout;
  form->setVerticalSpacing(8);
  form->addRow(tr("Title"), title_);
  form->addRow(tr("Unit"), unit_);
  form->addRow(tr("Source"), source_);
  form->addRow(tr("Assumptions"), assumptions_);
  assumptions_->setMaximumHeight(84);
  assumptions_->setTabChangesFocus(true);
  auto* hint = new QLabel(tr(
      "The first row that fits an operation prices it. Formulas may use the operands' bits a and b, in rows of "
      "layers also M, N, P_I, P_O, T and K, every coefficient, and min, max, floor, ceil, log2, sqrt, snap(x, 8, 16, "
      "32), condition ? x : y."));
  hint->setWordWrap(true);
  hint->setProperty("muted", true);
  problem_->setWordWrap(true);
  problem_->setTextFormat(Qt::RichText);
  problem_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
  use_ = buttons->button(QDialogButtonBox::Ok);
  use_->setText(tr("Use"));
  auto* load = buttons->addButton(tr("Load…"), QDialogButtonBox::ActionRole);
  save_ = buttons->addButton(tr("Save as…"), QDialogButtonBox::ActionRole);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(18, 18, 18, 14);
  layout->setSpacing(10);
  layout->addLayout(form);
  layout->addWidget(makeTables(), 1);
  layout->addWidget(hint);
  layout->addWidget(problem_);
  layout->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::accepted, this, &CostTableDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(load, &QPushButton::clicked, this, &CostTableDialog::load);
  connect(save_, &QPushButton::clicked, this, &CostTableDialog::save);
  for (QLineEdit* line : {title_, unit_, source_, otherwise_}) {
    connect(line, &QLineEdit::textEdited, this, &CostTableDialog::check);
  }
  for (QTableWidget* one : {coefficients_, rules_}) {
    connect(one, &QTableWidget::itemChanged, this, &CostTableDialog::check);
  }
  setTable(table);
}

QWidget* CostTableDialog::makeTables() {
  constexpr int widths[] = {150, 220, 80, 80};
  for (int column = 0; column < priceColumn; ++column) rules_->setColumnWidth(column, widths[column]);
  coefficients_->setColumnWidth(0, 200);
  auto* widget = new QWidget;
  widget->setObjectName(QStringLiteral("plain"));
  auto* layout = new QVBoxLayout(widget);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(6);
  layout->addWidget(coefficients_, 2);
  layout->addWidget(makeRowButtons(coefficients_));
  layout->addWidget(rules_, 3);
  layout->addWidget(makeRowButtons(rules_));
  auto* form = new QFormLayout;
  form->addRow(tr("Everything else costs"), otherwise_);
  layout->addLayout(form);
  return widget;
}

QWidget* CostTableDialog::makeRowButtons(QTableWidget* table) {
  auto* widget = new QWidget;
  widget->setObjectName(QStringLiteral("plain"));
  auto* row = new QHBoxLayout(widget);
  row->setContentsMargins(0, 0, 0, 0);
  auto* add = new QPushButton(tr("Add row"));
  auto* remove = new QPushButton(tr("Remove row"));
  for (QPushButton* button : {add, remove}) {
    button->setAutoDefault(false);
    button->setAccessibleDescription(table->accessibleName());
    row->addWidget(button);
  }
  row->addStretch();
  connect(add, &QPushButton::clicked, this, [this, table] {
    const int at = table->currentRow() < 0 ? table->rowCount() : table->currentRow() + 1;
    addRow(table, {}, at);
    table->setCurrentCell(at, 0);
    check();
  });
  connect(remove, &QPushButton::clicked, this, [this, table] {
    if (table->currentRow() >= 0) table->removeRow(table->currentRow());
    check();
  });
  return widget;
}

void CostTableDialog::addRow(QTableWidget* table, const QStringList& cells, int row) {
  const QSignalBlocker blocker(table);
  table->insertRow(row);
  for (int column = 0; column < table->columnCount(); ++column) {
    table->setItem(row, column, new QTableWidgetItem(cells.value(column)));
  }
}

void CostTableDialog::setTable(const CostModel& table) {
  table_ = table;
  const auto text = [](const std::string& value) { return QString::fromStdString(value); };
  title_->setText(text(table.title));
  unit_->setText(text(table.unit));
  source_->setText(text(table.source));
  source_->setCursorPosition(0);
  QStringList assumptions;
  for (const std::string& one : table.assumptions) assumptions << text(one);
  assumptions_->setPlainText(assumptions.join(QLatin1Char('\n')));
  otherwise_->setText(text(table.otherwise));
  coefficients_->setRowCount(0);
  for (const auto& [name, formula] : table.coefficients) {
    addRow(coefficients_, {text(name), text(formula)}, coefficients_->rowCount());
  }
  rules_->setRowCount(0);
  for (const CostRule& rule : table.rules) {
    addRow(rules_,
           {namesOf(rule.operations), namesOf(rule.roles), typeName(rule.a), typeName(rule.b), text(rule.price)},
           rules_->rowCount());
  }
  check();
}

// Through the text of a file, so that the window refuses what a file would be refused for, in the same words.
Result<CostModel> CostTableDialog::written() const {
  Json json{{"format", costModelFormatName},
            {"version", 1},
            {"name", table_.name},
            {"title", title_->text().toStdString()},
            {"unit", unit_->text().toStdString()},
            {"source", source_->text().toStdString()},
            {"assumptions", Json::array()},
            {"coefficients", Json::object()},
            {"rules", Json::array()},
            {"otherwise", otherwise_->text().toStdString()}};
  for (const QString& line : assumptions_->toPlainText().split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
    json["assumptions"].push_back(line.toStdString());
  }
  for (int row = 0; row < coefficients_->rowCount(); ++row) {
    const std::string name = cellText(coefficients_, row, 0);
    if (json["coefficients"].contains(name)) {
      return fail(ErrorCode::invalidArgument, {}, ": /coefficients/" + name, "each name once", "'" + name + "' twice");
    }
    json["coefficients"][name] = cellText(coefficients_, row, 1);
  }
  for (int row = 0; row < rules_->rowCount(); ++row) {
    Json rule = Json::object();
    if (const Json names = listOf(cellText(rules_, row, operationsColumn)); !names.empty()) rule["operations"] = names;
    if (const Json names = listOf(cellText(rules_, row, rolesColumn)); !names.empty()) rule["roles"] = names;
    if (const std::string type = cellText(rules_, row, aColumn); !type.empty()) rule["a"] = type;
    if (const std::string type = cellText(rules_, row, bColumn); !type.empty()) rule["b"] = type;
    rule["price"] = cellText(rules_, row, priceColumn);
    json["rules"].push_back(std::move(rule));
  }
  return costModelFromJson(json.dump(2, ' ', false, Json::error_handler_t::replace), {});
}

void CostTableDialog::check() {
  const auto table = written();
  use_->setEnabled(table.has_value());
  save_->setEnabled(table.has_value());
  if (table) {
    problem_->setText(tr("%1 prices, %2 coefficients.").arg(table->rules.size()).arg(table->coefficients.size()));
    mark({});
    return;
  }
  // "line 12: /rules/3/price": the line is that of a file nobody sees.
  const Error& error = table.error();
  const auto slash = error.object.find('/');
  const std::string place = slash == std::string::npos ? std::string() : error.object.substr(slash);
  problem_->setText(tr("<b>%1</b>: expected %2, found %3")
                        .arg(QString::fromStdString(place).toHtmlEscaped(),
                             QString::fromStdString(error.expected).toHtmlEscaped(),
                             QString::fromStdString(error.found).toHtmlEscaped()));
  mark(place);
}

// Selects the row that a JSON pointer leads to.
void CostTableDialog::mark(const std::string& place) {
  const QStringList parts = QString::fromStdString(place).split(QLatin1Char('/'), Qt::SkipEmptyParts);
  const bool isRule = parts.size() > 1 && parts[0] == QStringLiteral("rules");
  const bool isCoefficient = parts.size() > 1 && parts[0] == QStringLiteral("coefficients");
  if (isRule) rules_->scrollToItem(rules_->item(parts[1].toInt(), 0));
  for (QTableWidget* table : {coefficients_, rules_}) {
    const QSignalBlocker blocker(table);
    for (int row = 0; row < table->rowCount(); ++row) {
      const bool bad = (isRule && table == rules_ && row == parts[1].toInt()) ||
                       (isCoefficient && table == coefficients_ && table->item(row, 0)->text() == parts[1]);
      for (int column = 0; column < table->columnCount(); ++column) {
        QFont font = table->font();
        font.setBold(bad);
        table->item(row, column)->setFont(font);
      }
    }
  }
}

void CostTableDialog::load() {
  const QString path = QFileDialog::getOpenFileName(this, tr("Load a cost table"), {}, tr("Cost tables (*.json)"));
  if (path.isEmpty()) return;
  const auto table = readCostModel(path.toStdString());
  if (table) {
    setTable(*table);
  } else {
    problem_->setText(QString::fromStdString(table.error().line()).toHtmlEscaped());
  }
}

void CostTableDialog::save() {
  const auto table = written();
  if (!table) return;
  const QString path = QFileDialog::getSaveFileName(this, tr("Save the cost table"),
                                                    QString::fromStdString(table->name) + QStringLiteral(".json"),
                                                    tr("Cost tables (*.json)"));
  if (path.isEmpty()) return;
  const Status saved = writeWholeFile(path, QByteArray::fromStdString(toJson(*table)));
  problem_->setText(saved ? tr("Saved as %1.").arg(path.toHtmlEscaped())
                          : QString::fromStdString(saved.error().line()).toHtmlEscaped());
}

void CostTableDialog::accept() {
  const auto table = written();
  if (!table) return;
  table_ = *table;
  QDialog::accept();
}

}  // namespace axescope::ui
