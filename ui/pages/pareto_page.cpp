// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/pareto_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>
#include <map>

#include "core/study/pareto.h"

namespace axescope::ui {

namespace {

QString toQString(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

bool isShare(std::string_view name) {
  return name.ends_with("accuracy") || name.ends_with("rate") || name == "sparsity" || name == "max_budget_use";
}

// The metric a set of points is judged by.
std::string mainMetric(const std::vector<PointResult>& points) {
  for (const char* name : {"accuracy", "perplexity", "sqnr_db", "error"}) {
    const ResultColumn& column = *findColumn(name);
    for (const PointResult& point : points) {
      if (numericValue(column, point)) return name;
    }
  }
  return "accuracy";
}

QString groupName(const PointResult& point, ColourBy colourBy) {
  const auto text = [&](const char* key) {
    return QString::fromStdString(toText(findSetting(key)->get(point.settings)));
  };
  switch (colourBy) {
    case ColourBy::constraint:
      return constraintFamily(point.settings);
    case ColourBy::algorithm:
      return text("algorithm");
    case ColourBy::tile:
      return QStringLiteral("T = ") + text("tile");
    case ColourBy::weightBits:
      return QStringLiteral("W%1 A%2").arg(text("weight_bits"), text("activation_bits"));
  }
  return {};
}

// The front as a staircase: a value holds until the next better point, the last one to the end of the plot.
std::vector<QPointF> staircase(const std::vector<QPointF>& front, double end) {
  std::vector<QPointF> line;
  for (const QPointF& point : front) {
    if (!line.empty()) line.emplace_back(point.x(), line.back().y());
    line.push_back(point);
  }
  if (!line.empty() && line.back().x() < end) line.emplace_back(end, line.back().y());
  return line;
}

ChartAxis axisOf(const ResultColumn& column, bool logarithmic) {
  QString title = toQString(column.title);
  if (column.setting != nullptr && !column.setting->symbol.empty()) {
    title += QStringLiteral(" ") + toQString(column.setting->symbol);
  }
  return {title, logarithmic, isShare(column.name), column.kind == SettingKind::integer && column.name != "mac_count"};
}

}  // namespace

ChartDescription paretoChart(const std::vector<PointResult>& points, const ParetoView& view, const Theme& theme) {
  const ResultColumn& x = *findColumn(view.x);
  const ResultColumn& y = *findColumn(view.y.empty() ? mainMetric(points) : view.y);
  ChartDescription chart;
  chart.x = axisOf(x, view.logX);
  chart.y = axisOf(y, view.logY);
  struct Group {
    std::vector<PointResult> points;
    std::vector<int> rows;
  };
  std::map<QString, Group> groups;
  for (std::size_t row = 0; row < points.size(); ++row) {
    if (points[row].failed()) continue;
    Group& group = groups[groupName(points[row], view.colourBy)];
    group.points.push_back(points[row]);
    group.rows.push_back(static_cast<int>(row));
  }
  double end = -std::numeric_limits<double>::infinity();
  for (const PointResult& point : points) end = std::max(end, numericValue(x, point).value_or(end));
  int number = 0;
  for (const auto& [name, group] : groups) {
    ChartSeries series;
    series.name = name;
    series.style = view.colourBy == ColourBy::constraint ? constraintStyle(group.points.front().settings, theme)
                                                         : numberedStyle(number++, theme);
    const auto front = paretoFront(group.points, {&x, &y});
    std::vector<bool> onFront(group.points.size(), false);
    std::vector<QPointF> corners;
    for (const std::size_t index : front) {
      onFront[index] = true;
      corners.emplace_back(*numericValue(x, group.points[index]), *numericValue(y, group.points[index]));
    }
    series.line = staircase(corners, end);
    for (std::size_t i = 0; i < group.points.size(); ++i) {
      if (!onFront[i] && !view.dominated) continue;
      const auto xValue = numericValue(x, group.points[i]);
      const auto yValue = numericValue(y, group.points[i]);
      if (!xValue || !yValue) continue;
      series.markers.push_back(
          {{*xValue, *yValue}, group.points[i].measurement.guaranteed, !onFront[i], group.rows[i]});
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

QString pointDescription(const PointResult& point) {
  const auto value = [&](const char* name) { return displayText(*findColumn(name), point).toHtmlEscaped(); };
  const auto& settings = point.settings;
  QString text = QStringLiteral("<b>%1 · %2</b><br>W%3 A%4 · P<sub>I</sub> %5 · P<sub>O</sub> %6 · T %7")
                     .arg(value("algorithm").toUpper(), constraintFamily(settings), value("weight_bits"),
                          value("activation_bits"), value("inner_bits"), value("outer_bits_used"), value("tile"));
  const auto add = [&](const char* name, const QString& label) {
    const QString shown = value(name);
    if (!shown.isEmpty()) text += QStringLiteral("<br>%1 %2").arg(label, shown);
  };
  add("accuracy", QObject::tr("top-1"));
  add("perplexity", QObject::tr("perplexity"));
  add("error", QObject::tr("error"));
  add("sqnr_db", QObject::tr("SQNR (dB)"));
  add("max_budget_use", QObject::tr("budget used"));
  add("overflow_rate", QObject::tr("dot products that overflow"));
  return text + QStringLiteral("<br>") + value("guaranteed");
}

ParetoPage::ParetoPage(AppState* state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      view_(new PlotView(&plot_)),
      x_(new QComboBox),
      y_(new QComboBox),
      colour_(new QComboBox),
      logX_(new QCheckBox(tr("log x"))),
      logY_(new QCheckBox(tr("log y"))),
      dominated_(new QCheckBox(tr("dominated points"))) {
  for (const ResultColumn& column : resultColumns()) {
    const bool numeric = column.kind == SettingKind::integer || column.kind == SettingKind::real;
    if (!numeric) continue;
    const QString name = toQString(column.name);
    if (column.isSetting || column.direction == Direction::lowerIsBetter) x_->addItem(toQString(column.title), name);
    if (!column.isSetting) y_->addItem(toQString(column.title), name);
  }
  y_->insertItem(0, tr("Main metric"), QString());
  x_->setCurrentIndex(x_->findData(QStringLiteral("accumulator_bits")));
  y_->setCurrentIndex(0);
  for (const QString& name : {tr("Constraint"), tr("Algorithm"), tr("Tile size"), tr("Bits")}) colour_->addItem(name);
  dominated_->setChecked(true);

  auto* controls = new QHBoxLayout;
  controls->setContentsMargins(14, 8, 14, 4);
  controls->setSpacing(8);
  const std::pair<QString, QWidget*> labelled[] = {{tr("x"), x_}, {tr("y"), y_}, {tr("colour"), colour_}};
  for (const auto& [text, widget] : labelled) {
    auto* label = new QLabel(text);
    label->setProperty("muted", true);
    label->setBuddy(widget);
    widget->setAccessibleName(text);
    controls->addWidget(label);
    controls->addWidget(widget);
  }
  for (QCheckBox* box : {logX_, logY_, dominated_}) controls->addWidget(box);
  controls->addStretch();

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(controls);
  layout->addWidget(view_, 1);

  plot_.setDescriber([this](int row) { return describe(row); });
  for (QComboBox* box : {x_, y_, colour_}) {
    connect(box, &QComboBox::currentIndexChanged, this, &ParetoPage::rebuild);
  }
  for (QCheckBox* box : {logX_, logY_, dominated_}) connect(box, &QCheckBox::toggled, this, &ParetoPage::rebuild);
  connect(&state_->points(), &PointsModel::pointsChanged, this, &ParetoPage::rebuild);
  connect(state_, &AppState::themeChanged, this, &ParetoPage::showTheme);
  connect(&state_->selection(), &Selection::pointsChanged, this,
          [this] { view_->setSelectedRows(state_->selection().points()); });
  connect(view_, &PlotView::rowClicked, this, [this](int row, bool extend) {
    QList<int> rows = extend ? state_->selection().points() : QList<int>{};
    rows.removeAll(row);
    rows.prepend(row);
    state_->selection().setPoints(rows);
  });
  showTheme();
}

void ParetoPage::rebuild() {
  ParetoView view;
  view.x = x_->currentData().toString().toStdString();
  view.y = y_->currentData().toString().toStdString();
  view.colourBy = static_cast<ColourBy>(colour_->currentIndex());
  view.logX = logX_->isChecked();
  view.logY = logY_->isChecked();
  view.dominated = dominated_->isChecked();
  plot_.setDescription(paretoChart(state_->points().points(), view, state_->theme()));
}

void ParetoPage::showTheme() {
  rebuild();
  view_->setTheme(state_->theme());
}

QString ParetoPage::describe(int row) const {
  const auto& points = state_->points().points();
  return row < 0 || row >= static_cast<int>(points.size()) ? QString()
                                                           : pointDescription(points[static_cast<std::size_t>(row)]);
}

}  // namespace axescope::ui
