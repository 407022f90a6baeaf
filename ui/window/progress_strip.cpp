// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/progress_strip.h"

#include <QHBoxLayout>
#include <algorithm>

#include "ui/jobs/clock_text.h"

namespace axescope::ui {

ProgressStrip::ProgressStrip(QWidget* parent)
    : QWidget(parent), points_(new QLabel), bar_(new QProgressBar), time_(new QLabel) {
  setObjectName(QStringLiteral("plain"));
  bar_->setTextVisible(false);
  bar_->setFixedWidth(190);
  bar_->setAccessibleName(tr("Progress of the sweep"));
  for (QLabel* label : {points_, time_}) label->setProperty("muted", true);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 10, 0);
  layout->setSpacing(12);
  layout->addWidget(points_);
  layout->addWidget(bar_);
  layout->addWidget(time_);
}

void ProgressStrip::show(const SweepJob& sweep) {
  const SweepProgress progress = sweep.progress();
  const bool known = progress.total > 0;
  const bool running = sweep.running();
  bar_->setVisible(known || running);
  bar_->setRange(0, running && !known ? 0 : std::max(1, progress.total));  // 0 to 0 shows "busy"
  bar_->setValue(progress.done);
  points_->setText(known ? tr("%L1 of %L2 points").arg(progress.done).arg(progress.total) : QString());
  QString text;
  if (running && sweep.paused()) {
    text = tr("paused");
  } else if (running && known) {
    text = tr("%1 % · %2 spent").arg(100 * progress.done / progress.total).arg(clockText(progress.secondsSpent));
    if (progress.secondsLeft) text += tr(" · %1 left").arg(clockText(*progress.secondsLeft));
  } else if (running) {
    text = tr("preparing");
  } else if (known && progress.done < progress.total) {
    text = tr("stopped");
  }
  time_->setText(text);
}

}  // namespace axescope::ui
