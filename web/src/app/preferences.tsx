/** Language and theme, for someone who is not signed in yet. */
import { Button as AriaButton } from "react-aria-components";
import { Icon } from "@/design/icon";
import { Menu, MenuChoice } from "@/design/menu";
import { chooseTheme, type Theme, useTheme } from "@/design/theme";
import { chooseLocale, getLocale, LOCALE_NAMES, type Locale, locales, m } from "@/i18n";

export function LanguageChoice({ onChoose }: { onChoose?: (locale: Locale) => void }) {
  return (
    <MenuChoice<Locale>
      title={m.menu_language()}
      choices={locales.map((id) => ({ id, name: LOCALE_NAMES[id], lang: id }))}
      value={getLocale()}
      onChange={(locale) => {
        onChoose?.(locale);
        chooseLocale(locale);
      }}
    />
  );
}

export function ThemeChoice() {
  const theme = useTheme();
  return (
    <MenuChoice<Theme>
      title={m.menu_theme()}
      choices={[
        { id: "system", name: m.theme_system(), icon: "screen" },
        { id: "light", name: m.theme_light(), icon: "sun" },
        { id: "dark", name: m.theme_dark(), icon: "moon" },
      ]}
      value={theme}
      onChange={chooseTheme}
    />
  );
}

export function Preferences() {
  return (
    <Menu
      label={m.menu_preferences()}
      trigger={
        <AriaButton className="button button--quiet">
          {LOCALE_NAMES[getLocale()]}
          <Icon name="chevron" />
        </AriaButton>
      }
    >
      <LanguageChoice />
      <ThemeChoice />
    </Menu>
  );
}
