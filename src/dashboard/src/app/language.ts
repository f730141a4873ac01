import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import de from "../locales/de.json";
import en from "../locales/en.json";

export const languages = { en: "English", de: "Deutsch" } as const;
const remembered = "digitaltwin.language";

export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en }, de: { translation: de } },
    lng: localStorage.getItem(remembered) ?? navigator.language,
    fallbackLng: "en",
    supportedLngs: Object.keys(languages),
    nonExplicitSupportedLngs: true,
    interpolation: { escapeValue: false },   // React escapes
  });
  const tell = (language: string) => { document.documentElement.lang = language; };
  tell(i18next.resolvedLanguage ?? "en");
  i18next.on("languageChanged", tell);
}

export function speak(language: string): void {
  localStorage.setItem(remembered, language);
  void i18next.changeLanguage(language);
}
