// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/docks/study_dock.h"

#include <QFormLayout>
#include <QFrame>
#include <QMenu>
#include <QScrollArea>
#include <QStyle>
#include <QVBoxLayout>

namespace axescope::ui {

namespace {

QString toQString(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

// A list as it is typed: neighbours folded into first:last.
QString listText(const std::vector<SettingValue>& values) {
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
  return parts.join(QStringLiteral(","));
}

// Settings that come before the fold.
bool isMain(std::string_view key) {
  constexpr std::string_view keys[] = {"algorithm",  "constraint",  "weight_scale", "weight_bits", "activation_bits",
                                       "activation", "inner_bits",  "outer_bits",   "tile",        "overflow",
                                       "propagate",  "eval_samples"};
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

}  // namespace

StudyDock::StudyDock(AppState* state, QWidget* parent)
    : QDockWidget(tr("Study"), parent), state_(state), problem_(new QLabel), estimate_(new QLabel) {
  setObjectName(QStringLiteral("studyDock"));
  auto* content = new QWidget;
  auto* layout = new QVBoxLayout(content);
  layout->setContentsMargins(12, 4, 12, 12);
  layout->setSpacing(8);

  auto* more = new QWidget;
  auto* mainForm = new QFormLayout;
  auto* moreForm = new QFormLayout(more);
  for (QFormLayout* form : {mainForm, moreForm}) {
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(6);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
  }
  for (const SettingInfo& info : settingSchema()) {
    auto* label = new QLabel(toQString(info.title));
    label->setProperty("muted", true);
    QWidget* editor = makeEditor(info);
    QString help = toQString(info.help);
    if (!info.symbol.empty()) help = QStringLiteral("<b>%1</b> — %2").arg(toQString(info.symbol), help);
    for (QWidget* widget : {static_cast<QWidget*>(label), editor})
      widget->setToolTip(QStringLiteral("<p>%1</p>").arg(help));
    editor->setAccessibleName(toQString(info.title));
    label->setBuddy(editor);
    (isMain(info.key) ? mainForm : moreForm)->addRow(label, editor);
  }
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

  problem_->setProperty("error", true);
  problem_->setWordWrap(true);
  problem_->setVisible(false);
  auto* card = new QFrame;
  card->setObjectName(QStringLiteral("card"));
  auto* cardLayout = new QVBoxLayout(card);
  estimate_->setWordWrap(true);
  cardLayout->addWidget(estimate_);

  layout->addLayout(mainForm);
  layout->addWidget(fold);
  layout->addWidget(more);
  layout->addWidget(problem_);
  layout->addWidget(card);
  layout->addStretch();
  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setWidget(content);
  setWidget(scroll);

  connect(&state_->edits(), &StudyEdits::changed, this, &StudyDock::showStudy);
  connect(state_, &AppState::modelChanged, this, &StudyDock::showEstimate);
  connect(&state_->points(), &PointsModel::pointsChanged, this, &StudyDock::showEstimate);
  showStudy();
}

QWidget* StudyDock::makeEditor(const SettingInfo& info) {
  return info.kind == SettingKind::choice ? makeChoice(info) : makeText(info);
}

QWidget* StudyDock::makeChoice(const SettingInfo& info) {
  auto* button = new QToolButton;
  button->setObjectName(QStringLiteral("choice"));
  button->setPopupMode(QToolButton::InstantPopup);
  button->setToolButtonStyle(Qt::ToolButtonTextOnly);
  button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  auto* menu = new QMenu(button);
  for (const std::string_view choice : info.choices) {
    QAction* action = menu->addAction(toQString(choice));
    action->setCheckable(true);
    connect(action, &QAction::triggered, this, [this, menu, &info] {
      QStringList chosen;
      for (const QAction* each : menu->actions()) {
        if (each->isChecked()) chosen << each->text();
      }
      if (chosen.isEmpty()) {
        showStudy();  // at least one stays
      } else {
        const Status status = state_->edits().edit(info.key, chosen.join(QStringLiteral(",")));
        Q_ASSERT(status.has_value());
      }
    });
  }
  button->setMenu(menu);
  choices_[info.key] = button;
  return button;
}

QWidget* StudyDock::makeText(const SettingInfo& info) {
  auto* field = new QLineEdit;
  texts_[info.key] = field;
  connect(field, &QLineEdit::editingFinished, this, [this, &info, field] { commitText(info, field); });
  return field;
}

void StudyDock::commitText(const SettingInfo& info, QLineEdit* field) {
  const Status status = state_->edits().edit(info.key, field->text().remove(QLatin1Char(' ')));
  field->setProperty("invalid", !status.has_value());
  field->style()->unpolish(field);
  field->style()->polish(field);
  problem_->setVisible(!status.has_value());
  if (!status) problem_->setText(QString::fromStdString(status.error().line()));
}

void StudyDock::showStudy() {
  const Study& study = state_->edits().study();
  for (const auto& [key, button] : choices_) {
    QStringList names;
    for (const SettingValue& value : study.values(key)) names << QString::fromStdString(toText(value));
    for (QAction* action : button->menu()->actions()) action->setChecked(names.contains(action->text()));
    button->setText(names.join(QStringLiteral(", ")));
  }
  for (const auto& [key, field] : texts_) field->setText(listText(study.values(key)));
  showEstimate();
}

void StudyDock::showEstimate() {
  const auto& model = state_->model();
  const auto points = state_->edits().study().points(model && model->canPropagate());
  if (!points) {
    estimate_->setText(QString::fromStdString(points.error().line()));
    return;
  }
  QString text = tr("<b>%L1 points</b>").arg(points->size());
  double seconds = 0.0;
  for (const PointResult& point : state_->points().points()) seconds += point.seconds;
  const auto measured = state_->points().points().size();
  if (measured > 0) {
    text += tr("<br>%1 s of work for a point so far").arg(seconds / static_cast<double>(measured), 0, 'g', 2);
  }
  estimate_->setText(text);
}

}  // namespace axescope::ui
