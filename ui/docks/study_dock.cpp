// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/docks/study_dock.h"

#include <QFrame>
#include <QMenu>
#include <QScrollArea>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/jobs/clock_text.h"
#include "ui/plots/symbol_text.h"
#include "ui/state/setting_text.h"
#include "ui/state/text_view.h"

namespace axescope::ui {

namespace {

constexpr int leastWidth = 290;

// Settings that come before the fold.
bool isMain(std::string_view key) {
  constexpr std::string_view keys[] = {"algorithm",  "constraint",  "weight_scale", "weight_bits", "activation_bits",
                                       "activation", "inner_bits",  "outer_bits",   "tile",        "overflow",
                                       "propagate",  "eval_samples"};
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

QWidget* rowOf(QWidget* editor, QLabel* problem) {
  auto* cell = new QWidget;
  cell->setObjectName(QStringLiteral("plain"));
  auto* layout = new QVBoxLayout(cell);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  layout->addWidget(editor);
  layout->addWidget(problem);
  return cell;
}

}  // namespace

QString listText(const SettingInfo& info, const std::vector<SettingValue>& values) {
  QStringList parts;
  for (std::size_t i = 0; i < values.size();) {
    std::size_t end = i + 1;
    const auto* first = std::get_if<std::int64_t>(&values[i]);
    while (first != nullptr && end < values.size()) {
      const auto* next = std::get_if<std::int64_t>(&values[end]);
      if (next == nullptr || *next != *first + static_cast<std::int64_t>(end - i)) break;
      ++end;
    }
    if (end - i >= 3) {
      parts << QString::fromStdString(toText(values[i]) + ":" + toText(values[end - 1]));
      i = end;
    } else {
      parts << QString::fromStdString(toText(values[i++]));
    }
  }
  return parts.join(info.kind == SettingKind::text ? QStringLiteral("|") : QStringLiteral(","));
}

StudyDock::StudyDock(AppState* state, QWidget* parent)
    : QDockWidget(tr("Study"), parent), state_(state), grids_(new QLabel), estimate_(new QLabel) {
  setObjectName(QStringLiteral("studyDock"));
  auto* content = new QWidget;
  content->setMinimumWidth(leastWidth - 20);
  auto* layout = new QVBoxLayout(content);
  layout->setContentsMargins(12, 4, 12, 12);
  layout->setSpacing(8);

  auto* more = new QWidget;
  auto* mainForm = new QFormLayout;
  auto* moreForm = new QFormLayout(more);
  for (QFormLayout* form : {mainForm, moreForm}) {
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(6);
    form->setHorizontalSpacing(10);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
  }
  for (const SettingInfo& info : settingSchema()) addField(info, isMain(info.key) ? mainForm : moreForm);

  auto* fold = new QToolButton;
  fold->setText(tr("More settings"));
  fold->setCheckable(true);
  fold->setArrowType(Qt::RightArrow);
  fold->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  fold->setObjectName(QStringLiteral("fold"));
  fold->setAutoRaise(true);
  connect(fold, &QToolButton::toggled, this, [more, fold](bool open) {
    more->setVisible(open);
    fold->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
  });
  more->setVisible(false);

  auto* card = new QFrame;
  card->setObjectName(QStringLiteral("card"));
  auto* cardLayout = new QVBoxLayout(card);
  estimate_->setWordWrap(true);
  estimate_->setAccessibleName(tr("Estimate"));
  cardLayout->addWidget(estimate_);

  grids_->setObjectName(QStringLiteral("grids"));
  grids_->setWordWrap(true);
  layout->addWidget(grids_);
  layout->addLayout(mainForm);
  layout->addWidget(fold);
  layout->addWidget(more);
  layout->addWidget(card);
  layout->addStretch();
  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setMinimumWidth(leastWidth);
  scroll->setWidget(content);
  setWidget(scroll);

  connect(&state_->edits(), &StudyEdits::changed, this, &StudyDock::showStudy);
  connect(state_, &AppState::modelChanged, this, &StudyDock::askEstimate);
  connect(&state_->sweep(), &SweepJob::finished, this, &StudyDock::askEstimate);
  showStudy();
}

void StudyDock::addField(const SettingInfo& info, QFormLayout* form) {
  Field& field = fields_[info.key];
  auto* label = new QLabel(fromView(info.title));
  label->setProperty("muted", true);
  QWidget* editor = nullptr;
  if (info.kind == SettingKind::choice) {
    editor = field.choice = makeChoice(info);
  } else {
    editor = field.text = makeText(info);
  }
  field.problem = new QLabel;
  field.problem->setProperty("error", true);
  field.problem->setWordWrap(true);
  field.problem->hide();
  const QString symbol = symbolHtml(fromView(info.symbol));
  const QString help =
      QStringLiteral("<p><b>%1</b>%2<br>%3</p><p>%4</p>")
          .arg(fromView(info.title).toHtmlEscaped(), symbol.isEmpty() ? QString() : QStringLiteral(" · ") + symbol,
               helpHtml(info), rangeText(info).toHtmlEscaped());
  for (QWidget* widget : {static_cast<QWidget*>(label), editor}) widget->setToolTip(help);
  editor->setAccessibleName(fromView(info.title));
  label->setBuddy(editor);
  form->addRow(label, rowOf(editor, field.problem));
}

ChoiceButton* StudyDock::makeChoice(const SettingInfo& info) {
  auto* button = new ChoiceButton;
  auto* menu = new QMenu(button);
  for (const std::string_view choice : info.choices) {
    QAction* action = menu->addAction(fromView(choice));
    action->setCheckable(true);
    connect(action, &QAction::triggered, this, [this, menu, &info] {
      QStringList chosen;
      for (const QAction* each : menu->actions()) {
        if (each->isChecked()) chosen << each->text();
      }
      if (chosen.isEmpty()) {
        showStudy();  // at least one stays
      } else {
        showProblem(info.key, state_->edits().edit(info.key, chosen.join(QLatin1Char(','))));
      }
    });
  }
  button->setMenu(menu);
  return button;
}

QLineEdit* StudyDock::makeText(const SettingInfo& info) {
  auto* text = new QLineEdit;
  connect(text, &QLineEdit::editingFinished, this, [this, &info] { commitText(info); });
  return text;
}

void StudyDock::commitText(const SettingInfo& info) {
  const QLineEdit* text = fields_[info.key].text;
  showProblem(info.key, state_->edits().edit(info.key, text->text().remove(QLatin1Char(' '))));
}

void StudyDock::showProblem(std::string_view key, const Status& status) {
  const Field& field = fields_[key];
  if (field.text != nullptr) {
    field.text->setProperty("invalid", !status.has_value());
    field.text->style()->unpolish(field.text);
    field.text->style()->polish(field.text);
  }
  field.problem->setVisible(!status.has_value());
  if (!status) field.problem->setText(tr("expected %1").arg(QString::fromStdString(status.error().expected)));
}

void StudyDock::showStudy() {
  const Study& study = state_->edits().study();
  for (const auto& [key, field] : fields_) {
    showProblem(key, {});
    if (field.text != nullptr) field.text->setText(listText(*findSetting(key), study.values(key)));
    if (field.choice == nullptr) continue;
    QStringList names;
    for (const SettingValue& value : study.values(key)) names << QString::fromStdString(toText(value));
    for (QAction* action : field.choice->menu()->actions()) action->setChecked(names.contains(action->text()));
    field.choice->setText(names.join(QStringLiteral(", ")));
  }
  showGrids(study);
  askEstimate();
}

void StudyDock::showGrids(const Study& study) {
  grids_->setVisible(study.gridCount() > 1);
  if (study.gridCount() == 1) return;
  QStringList titles;
  for (const std::string_view key : study.differing()) titles << fromView(findSetting(key)->title).toHtmlEscaped();
  grids_->setText(
      tr("<b>Union of %1 grids</b>, not all combinations of what is below: they differ in %2. A change here "
         "is made to every grid.")
          .arg(study.gridCount())
          .arg(titles.join(QStringLiteral(", "))));
}

void StudyDock::askEstimate() {
  double seconds = 0.0;
  const auto& points = state_->points().points();
  if (state_->modelOfPoints() == state_->model()) {
    for (const PointResult& point : points) seconds += point.seconds;
  }
  if (!points.empty()) seconds /= static_cast<double>(points.size());
  estimating_.start([study = state_->edits().study(), model = state_->model(),
                     seconds](const std::stop_token& stop) { return estimate(study, model, seconds, stop); },
                    [this](const Result<StudyEstimate>& answer) { showEstimate(answer); });
}

void StudyDock::showEstimate(const Result<StudyEstimate>& answer) {
  if (!answer) {
    estimate_->setText(QString::fromStdString(answer.error().line()).toHtmlEscaped());
    return;
  }
  QString text = answer->points == 1 ? tr("<b>1 point</b>") : tr("<b>%L1 points</b>").arg(answer->points);
  if (answer->seconds) text += tr(" · about %1").arg(clockText(*answer->seconds));
  if (answer->quantizations > 0 && answer->quantizations < answer->points) {
    text += answer->quantizations == 1 ? tr("<br>1 quantization, shared")
                                       : tr("<br>%L1 quantizations, shared").arg(answer->quantizations);
  }
  if (!state_->model()) text += tr("<br>open a dump to run them");
  estimate_->setText(text);
}

}  // namespace axescope::ui
