// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

namespace axescope::ui {

Theme Theme::light() {
  Theme theme;
  theme.window = QColor(0xf4, 0xf5, 0xf7);
  theme.panel = QColor(0xff, 0xff, 0xff);
  theme.surface = QColor(0xff, 0xff, 0xff);
  theme.border = QColor(0xdf, 0xe2, 0xe8);
  theme.text = QColor(0x1f, 0x24, 0x2c);
  theme.mutedText = QColor(0x5c, 0x66, 0x73);
  theme.accent = QColor(0x1b, 0x61, 0xd1);
  theme.accentText = QColor(0xff, 0xff, 0xff);
  theme.selection = QColor(0xe6, 0xee, 0xfd);
  theme.grid = QColor(0xe9, 0xeb, 0xef);
  theme.good = QColor(0x0b, 0x8a, 0x66);
  theme.warning = QColor(0xc0, 0x55, 0x00);
  theme.error = QColor(0xb3, 0x26, 0x1e);
  theme.limit = QColor(0xc9, 0x86, 0x00);
  theme.bar = QColor(0x00, 0x72, 0xb2);
  theme.barBelow = QColor(0xb0, 0x6a, 0x97);
  theme.barSpecial = QColor(0xe6, 0x9f, 0x00);
  return theme;
}

Theme Theme::darkTheme() {
  Theme theme;
  theme.dark = true;
  theme.window = QColor(0x1d, 0x20, 0x26);
  theme.panel = QColor(0x25, 0x29, 0x30);
  theme.surface = QColor(0x20, 0x23, 0x29);
  theme.border = QColor(0x39, 0x3f, 0x49);
  theme.text = QColor(0xe8, 0xea, 0xee);
  theme.mutedText = QColor(0x9a, 0xa3, 0xaf);
  theme.accent = QColor(0x5a, 0xa2, 0xff);
  theme.accentText = QColor(0x0b, 0x14, 0x22);
  theme.selection = QColor(0x2b, 0x3b, 0x55);
  theme.grid = QColor(0x31, 0x36, 0x3f);
  theme.good = QColor(0x3f, 0xc3, 0x9a);
  theme.warning = QColor(0xf0, 0x91, 0x45);
  theme.error = QColor(0xff, 0x8a, 0x80);
  theme.limit = QColor(0xf2, 0xb1, 0x34);
  theme.bar = QColor(0x3f, 0x8e, 0xc9);
  theme.barBelow = QColor(0xb0, 0x6a, 0x97);
  theme.barSpecial = QColor(0xe6, 0x9f, 0x00);
  return theme;
}

Theme Theme::paper() {
  Theme theme = light();
  theme.window = theme.panel = theme.surface = Qt::white;
  theme.text = Qt::black;
  theme.mutedText = QColor(0x40, 0x40, 0x40);
  return theme;
}

QPalette Theme::palette() const {
  QPalette palette;
  palette.setColor(QPalette::Window, window);
  palette.setColor(QPalette::WindowText, text);
  palette.setColor(QPalette::Base, surface);
  palette.setColor(QPalette::AlternateBase, panel);
  palette.setColor(QPalette::Text, text);
  palette.setColor(QPalette::PlaceholderText, mutedText);
  palette.setColor(QPalette::Button, panel);
  palette.setColor(QPalette::ButtonText, text);
  palette.setColor(QPalette::Highlight, selection);
  palette.setColor(QPalette::HighlightedText, text);
  palette.setColor(QPalette::ToolTipBase, panel);
  palette.setColor(QPalette::ToolTipText, text);
  palette.setColor(QPalette::Link, accent);
  palette.setColor(QPalette::Light, panel);
  palette.setColor(QPalette::Mid, border);
  palette.setColor(QPalette::Dark, border);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, mutedText);
  }
  return palette;
}

}  // namespace axescope::ui
