// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/welcome.h"

#include <QDir>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QScrollArea>
#include <QStyle>

#include "ui/state/sample_files.h"
#include "ui/theme/icons.h"
#include "ui/window/card_button.h"
#include "ui/window/dropped_files.h"

namespace axescope::ui {

namespace {

constexpr int columnWidth = 760;
constexpr int markSize = 64;
constexpr int dropIconSize = 40;
constexpr qsizetype mostRecent = 6;

QLabel* label(const QString& text, const char* property = nullptr) {
  auto* label = new QLabel(text);
  if (property != nullptr) label->setProperty(property, true);
  return label;
}

CardButton* makeSampleCard(const SampleFile& sample) {
  auto* content = new QVBoxLayout;
  content->setContentsMargins(16, 14, 16, 14);
  content->setSpacing(5);
  auto* description = label(sample.description);
  description->setWordWrap(true);
  content->addWidget(label(sample.title, "heading"));
  content->addWidget(description);
  content->addStretch();
  content->addWidget(label(sample.layers, "muted"));
  auto* card = new CardButton(content);
  card->setObjectName(QStringLiteral("sampleCard"));
  card->setAccessibleName(sample.title);
  card->setAccessibleDescription(sample.description);
  card->setToolTip(QDir::toNativeSeparators(sample.path));
  return card;
}

// The name, and in muted ink the folder, shortened in the middle so that both of its ends can be read.
CardButton* makeRecentRow(const QString& path) {
  const QFileInfo file(path);
  auto* content = new QHBoxLayout;
  content->setContentsMargins(12, 7, 12, 7);
  content->setSpacing(16);
  QString folder = QDir::toNativeSeparators(file.absolutePath());
  const QString home = QDir::toNativeSeparators(QDir::homePath());
  if (folder.startsWith(home)) folder.replace(0, home.size(), QStringLiteral("~"));
  auto* where = label({}, "muted");
  where->setText(where->fontMetrics().elidedText(folder, Qt::ElideMiddle, columnWidth / 2));
  content->addWidget(label(file.fileName()));
  content->addStretch();
  content->addWidget(where);
  auto* row = new CardButton(content);
  row->setObjectName(QStringLiteral("recentRow"));
  row->setAccessibleName(file.fileName());
  row->setToolTip(QDir::toNativeSeparators(path));
  return row;
}

}  // namespace

Welcome::Welcome(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("welcome"));
  setAcceptDrops(true);
  auto* column = new QWidget;
  column->setObjectName(QStringLiteral("plain"));
  column->setMaximumWidth(columnWidth);
  auto* columnLayout = new QVBoxLayout(column);
  columnLayout->setContentsMargins(0, 0, 0, 0);
  columnLayout->setSpacing(26);
  columnLayout->addWidget(makeHeader());
  columnLayout->addWidget(makeDropArea());
  columnLayout->addWidget(makeSamples());
  columnLayout->addWidget(makeRecent());

  auto* page = new QWidget;
  page->setObjectName(QStringLiteral("plain"));
  auto* across = new QHBoxLayout;
  across->addStretch(1);
  across->addWidget(column, 100);
  across->addStretch(1);
  auto* down = new QVBoxLayout(page);
  down->setContentsMargins(32, 24, 32, 24);
  down->addStretch(2);
  down->addLayout(across);
  down->addStretch(3);
  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setWidget(page);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(scroll);
  setRecent({});
  setTheme(Theme::light());
}

QWidget* Welcome::makeHeader() {
  auto* header = new QWidget;
  header->setObjectName(QStringLiteral("plain"));
  auto* mark = new QLabel;
  mark->setPixmap(applicationIcon().pixmap(QSize(markSize, markSize), devicePixelRatio()));
  auto* sentence =
      label(tr("Sweep accumulator widths, tile sizes and methods over your own network, watch accuracy arrive point by "
               "point, and see which points no input can overflow."));
  sentence->setWordWrap(true);
  auto* words = new QVBoxLayout;
  words->setSpacing(4);
  auto* question = label(tr("What does a narrow accumulator cost?"), "title");
  question->setWordWrap(true);
  words->addWidget(question);
  words->addWidget(sentence);
  auto* layout = new QHBoxLayout(header);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(20);
  layout->addWidget(mark, 0, Qt::AlignTop);
  layout->addLayout(words, 1);
  return header;
}

QWidget* Welcome::makeDropArea() {
  dropArea_ = new QFrame;
  dropArea_->setObjectName(QStringLiteral("dropArea"));
  dropIcon_ = new QLabel;
  auto* hint = label(tr("Drop a dump or a results file here"), "heading");
  auto* formats = label(tr("HDF5, written by the PyTorch exporter, by Keras or by a sweep"), "muted");
  open_ = new QPushButton(tr("Open a file…"));
  open_->setObjectName(QStringLiteral("primary"));
  connect(open_, &QPushButton::clicked, this, &Welcome::chooseFileRequested);
  auto* layout = new QVBoxLayout(dropArea_);
  layout->setContentsMargins(24, 26, 24, 26);
  layout->setSpacing(6);
  for (QLabel* line : {dropIcon_, hint, formats}) layout->addWidget(line, 0, Qt::AlignHCenter);
  layout->addSpacing(8);
  layout->addWidget(open_, 0, Qt::AlignHCenter);
  return dropArea_;
}

QWidget* Welcome::makeSamples() {
  auto* section = new QWidget;
  section->setObjectName(QStringLiteral("plain"));
  auto* layout = new QVBoxLayout(section);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(8);
  layout->addWidget(label(tr("Samples"), "section"));
  auto* cards = new QHBoxLayout;
  cards->setSpacing(12);
  const std::vector<SampleFile> samples = sampleFiles();
  for (const SampleFile& sample : samples) {
    CardButton* card = makeSampleCard(sample);
    connect(card, &QPushButton::clicked, this, [this, path = sample.path] { Q_EMIT openRequested(path); });
    cards->addWidget(card, 1);
  }
  layout->addLayout(cards);
  section->setVisible(!samples.empty());
  return section;
}

QWidget* Welcome::makeRecent() {
  recent_ = new QWidget;
  recent_->setObjectName(QStringLiteral("plain"));
  auto* layout = new QVBoxLayout(recent_);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(8);
  layout->addWidget(label(tr("Recent files"), "section"));
  recentList_ = new QVBoxLayout;
  recentList_->setSpacing(2);
  layout->addLayout(recentList_);
  return recent_;
}

void Welcome::setRecent(const QStringList& paths) {
  while (const QLayoutItem* item = recentList_->itemAt(0)) {
    QWidget* row = item->widget();
    recentList_->removeWidget(row);
    row->deleteLater();  // it may be the row whose click led here
  }
  for (const QString& path : paths.mid(0, mostRecent)) {
    CardButton* row = makeRecentRow(path);
    connect(row, &QPushButton::clicked, this, [this, path] { Q_EMIT openRequested(path); });
    recentList_->addWidget(row);
  }
  recent_->setVisible(!paths.isEmpty());
}

void Welcome::setTheme(const Theme& theme) {
  dropIcon_->setPixmap(
      icon(u"open", theme.accent, theme.mutedText).pixmap(QSize(dropIconSize, dropIconSize), devicePixelRatio()));
  open_->setIcon(icon(u"open", theme.accentText, theme.mutedText));
}

void Welcome::showDragOver(bool over) {
  dropArea_->setProperty("over", over);
  dropArea_->style()->unpolish(dropArea_);
  dropArea_->style()->polish(dropArea_);
}

void Welcome::dragEnterEvent(QDragEnterEvent* event) {
  if (!event->mimeData()->hasUrls()) return;
  event->acceptProposedAction();
  showDragOver(true);
}

void Welcome::dragLeaveEvent(QDragLeaveEvent* /*event*/) {
  showDragOver(false);
}

void Welcome::dropEvent(QDropEvent* event) {
  showDragOver(false);
  Q_EMIT filesDropped(droppedFiles(*event->mimeData()));
}

}  // namespace axescope::ui
