// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/banner.h"

#include <QHBoxLayout>
#include <QStyle>
#include <utility>

#include "ui/theme/icons.h"

namespace axescope::ui {

Banner::Banner(QWidget* parent)
    : QFrame(parent), icon_(new QLabel), text_(new QLabel), action_(new QPushButton), dismiss_(new QPushButton) {
  setObjectName(QStringLiteral("banner"));
  setAccessibleName(tr("Message"));
  text_->setWordWrap(true);
  text_->setTextFormat(Qt::PlainText);
  text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  action_->setAccessibleName(tr("What can be done about it"));
  dismiss_->setAccessibleName(tr("Dismiss the message"));
  dismiss_->setToolTip(tr("Dismiss"));
  dismiss_->setFlat(true);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(12, 6, 8, 6);
  layout->setSpacing(10);
  layout->addWidget(icon_);
  layout->addWidget(text_, 1);
  layout->addWidget(action_);
  layout->addWidget(dismiss_);
  connect(dismiss_, &QPushButton::clicked, this, &QWidget::hide);
  connect(action_, &QPushButton::clicked, this, [this] {
    hide();
    const std::function<void()> act = std::exchange(act_, nullptr);
    if (act) act();
  });
  hide();
}

void Banner::showText(const QString& text, Kind kind) {
  offer(text, kind, {}, nullptr);
}

void Banner::offer(const QString& text, Kind kind, const QString& button, std::function<void()> act) {
  text_->setText(text);
  act_ = std::move(act);
  action_->setText(button);
  action_->setVisible(!button.isEmpty());
  kind_ = kind;
  setProperty("kind", kind == Kind::error ? QStringLiteral("error") : QStringLiteral("note"));
  style()->unpolish(this);
  style()->polish(this);
  setTheme(theme_);
  show();
}

void Banner::setTheme(const Theme& theme) {
  theme_ = theme;
  const QColor ink = kind_ == Kind::error ? theme.error : theme.accent;
  icon_->setPixmap(icon(kind_ == Kind::error ? u"warning" : u"info", ink, ink).pixmap(18, 18));
  dismiss_->setIcon(icon(u"close", theme));
}

}  // namespace axescope::ui
