import { type CSSVariablesResolver, createTheme } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "dark",
  defaultRadius: 2,
  fontFamily: "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif",
  fontSizes: { xs: "11px", sm: "12px", md: "13px", lg: "15px", xl: "18px" },
  cursorType: "pointer",
  respectReducedMotion: true,
});

/** Mantine's colours become the plant's greys. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  dark: {},
  light: {
    "--mantine-color-body": "var(--bg)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--ink2)",
    "--mantine-color-default": "var(--field)",
    "--mantine-color-default-border": "var(--outline)",
    "--mantine-color-default-hover": "var(--panel)",
    "--mantine-color-default-color": "var(--ink)",
  },
});
