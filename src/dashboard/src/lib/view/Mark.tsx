import type { Severity } from "../plant/exceptions";

/** A priority is a shape first and a colour second. */
export function Mark({ severity, label }: { readonly severity: Severity; readonly label?: string }) {
  return (
    <svg className="mark" viewBox="0 0 10 10" fill={`var(--${severity})`} {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })}>
      {shape(severity)}
    </svg>
  );
}

function shape(severity: Severity) {
  switch (severity) {
    case "p1": return <rect x="0.5" y="0.5" width="9" height="9" />;
    case "p2": return <path d="M5 0.3 L9.8 9.6 H0.2 Z" />;
    case "p3": return <circle cx="5" cy="5" r="4.2" />;
    case "stale": return <path d="M5 0 L10 5 L5 10 L0 5 Z M5 2.6 L2.6 5 L5 7.4 L7.4 5 Z" fillRule="evenodd" />;
    default: return severity satisfies never;
  }
}
