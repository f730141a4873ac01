export function OeePage() { return null; }
