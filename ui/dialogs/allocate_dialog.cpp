// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/allocate_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>

#include "core/study/point_result.h"
#include "ui/docks/study_dock.h"
#include "ui/state/text_view.h"

namespace axescope::ui {

namespace {

constexpr int leastWidth = 460;
constexpr int tick = 100;  // milliseconds between looks at the progress

QSpinBox* countBox(int value, int most) {
  auto* box = new QSpinBox;
  box->setRange(1, most);
  box->setValue(value);
  return box;
}

// "Inner width 11:16 · Tile size 64": what layers may choose from.
QString widthsText(const Study& study) {
  QStringList parts;
  for (const std::string_view key : {"weight_bits", "activation_bits", "inner_bits", "tile"}) {
    const SettingInfo& info = *findSetting(key);
    parts << QStringLiteral("%1 %2").arg(fromView(info.title), listText(info, study.values(key)));
  }
  return parts.join(QStringLiteral(" · "));
}

}  // namespace

AllocateDialog::AllocateDialog(AppState* state, QWidget* parent)
    : QDialog(parent),
      state_(state),
      study_(new QLabel),
      cost_(new QComboBox),
      points_(countBox(12, 10'000)),
      samples_(countBox(256, 1'000'000)),
      bar_(new QProgressBar),
      problem_(new QLabel),
      start_(nullptr),
      cancel_(nullptr) {
  setWindowTitle(tr("Allocate widths to layers"));
  setMinimumWidth(leastWidth);
  for (const std::string_view name : allocationCosts()) {
    cost_->addItem(fromView(findColumn(name)->title), fromView(name));
  }
  cost_->setToolTip(tr("What the allocations are bought with: the mean over all multiply-adds."));
  points_->setToolTip(tr("From the cheapest allocation to the best one."));
  samples_->setToolTip(tr("Calibration samples on which each layer's noise is measured."));
  study_->setWordWrap(true);
  problem_->setWordWrap(true);
  problem_->setProperty("error", true);
  bar_->setTextVisible(false);
  auto* explanation = new QLabel(
      tr("Each layer is quantized alone with every combination of the study's widths and run on calibration samples. "
         "For each cost the combination of layers with the least noise becomes one point of a new study."));
  explanation->setWordWrap(true);
  explanation->setProperty("muted", true);
  auto* form = new QFormLayout(this);
  form->setContentsMargins(20, 18, 20, 16);
  form->setVerticalSpacing(10);
  form->addRow(explanation);
  const auto addRow = [&](const QString& label, QWidget* field) {
    field->setAccessibleName(label);
    form->addRow(label, field);
  };
  addRow(tr("To choose from"), study_);
  addRow(tr("Cost"), cost_);
  addRow(tr("Points"), points_);
  addRow(tr("Samples"), samples_);
  addRow(tr("Progress"), bar_);
  form->addRow(problem_);
  auto* buttons = new QDialogButtonBox;
  start_ = buttons->addButton(tr("Allocate"), QDialogButtonBox::ActionRole);
  cancel_ = buttons->addButton(QDialogButtonBox::Close);
  start_->setDefault(true);
  form->addRow(buttons);
  connect(start_, &QPushButton::clicked, this, &AllocateDialog::allocate);
  connect(cancel_, &QPushButton::clicked, this, &AllocateDialog::reject);
  connect(&state_->edits(), &StudyEdits::changed, this, &AllocateDialog::showReadiness);
  connect(state_, &AppState::modelChanged, this, &AllocateDialog::showReadiness);
  connect(&ticker_, &QTimer::timeout, this, &AllocateDialog::showProgress);
  ticker_.setInterval(tick);
  showRunning(false);
  showReadiness();
}

void AllocateDialog::showReadiness() {
  if (running()) return;
  const Study& study = state_->edits().study();
  study_->setText(widthsText(study));
  const Status status = checkAllocationStudy(study);
  start_->setEnabled(status.has_value() && state_->model() != nullptr);
  if (!status) {
    problem_->setText(QString::fromStdString(status.error().line()));
  } else {
    problem_->setText(state_->model() ? QString() : tr("Open a dump first."));
  }
}

void AllocateDialog::showRunning(bool running) {
  for (QWidget* widget : {static_cast<QWidget*>(cost_), static_cast<QWidget*>(points_), static_cast<QWidget*>(samples_),
                          static_cast<QWidget*>(start_)}) {
    widget->setEnabled(!running);
  }
  cancel_->setText(running ? tr("Cancel") : tr("Close"));
  bar_->setRange(0, running ? 0 : 1);
  bar_->setValue(0);
  if (running) {
    ticker_.start();
  } else {
    ticker_.stop();
  }
}

void AllocateDialog::showProgress() {
  bar_->setMaximum(static_cast<int>(counted_->total));
  bar_->setValue(static_cast<int>(counted_->done));
}

void AllocateDialog::allocate() {
  problem_->clear();
  counted_ = std::make_shared<Counted>();
  AllocationRequest request{.study = state_->edits().study(),
                            .cost = cost_->currentData().toString().toStdString(),
                            .points = static_cast<std::size_t>(points_->value()),
                            .samples = samples_->value()};
  job_.start(
      [model = state_->model(), request = std::move(request), counted = counted_,
       memory = state_->memory()](const std::stop_token& stop) {
        const Job job{.stop = stop,
                      .onProgress =
                          [counted](const Progress& progress) {
                            counted->total = progress.total;
                            counted->done = progress.done;
                          },
                      .memory = memory};
        return allocateStudy(*model, request, job);
      },
      [this](const Result<AllocatedStudy>& answer) { finish(answer); });
  showRunning(true);
}

void AllocateDialog::finish(const Result<AllocatedStudy>& answer) {
  showRunning(false);
  if (!answer) {
    problem_->setText(QString::fromStdString(answer.error().line()));
    return;
  }
  state_->edits().replace(answer->study, tr("Allocation by %1").arg(cost_->currentText()));
  Q_EMIT allocated(static_cast<int>(answer->points.size()));
  accept();
}

void AllocateDialog::reject() {
  if (!running()) {
    QDialog::reject();
    return;
  }
  job_.cancel();
  showRunning(false);
  showReadiness();
}

}  // namespace axescope::ui
