// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/icons.h"

#include <QDir>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>
#include <utility>

namespace axescope::ui {

namespace {

// Paints the vector drawing each time at the size that is asked for, so that no scale of the screen blurs it.
class LineIconEngine : public QIconEngine {
 public:
  LineIconEngine(QByteArray drawing, const QColor& ink, const QColor& disabledInk)
      : drawing_(std::move(drawing)), ink_(ink), disabledInk_(disabledInk) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State /*state*/) override {
    QByteArray inked = drawing_;
    inked.replace("currentColor", (mode == QIcon::Disabled ? disabledInk_ : ink_).name().toLatin1());
    QSvgRenderer renderer(inked);
    renderer.setAspectRatioMode(Qt::KeepAspectRatio);
    renderer.render(painter, rect);
  }

  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap pixmap(size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paint(&painter, QRect(QPoint(0, 0), size), mode, state);
    return pixmap;
  }

  // A QIcon owns its engines by pointer; Qt deletes what is returned here.
  QIconEngine* clone() const override { return new LineIconEngine(*this); }

 private:
  QByteArray drawing_;
  QColor ink_;
  QColor disabledInk_;
};

}  // namespace

QIcon icon(QStringView name, const Theme& theme) {
  return icon(name, theme.text, theme.mutedText);
}

QIcon icon(QStringView name, const QColor& ink, const QColor& disabledInk) {
  QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
  const bool known = file.open(QIODevice::ReadOnly);
  Q_ASSERT_X(known, "icon", qPrintable(name.toString()));
  if (!known) return {};
  return QIcon(new LineIconEngine(file.readAll(), ink, disabledInk));
}

QStringList iconNames() {
  QStringList names;
  for (const QFileInfo& file :
       QDir(QStringLiteral(":/icons")).entryInfoList({QStringLiteral("*.svg")}, QDir::Files, QDir::Name)) {
    if (file.baseName() != QStringLiteral("axescope")) names << file.baseName();
  }
  return names;
}

QIcon applicationIcon() {
  return QIcon(QStringLiteral(":/icons/axescope.svg"));
}

}  // namespace axescope::ui
