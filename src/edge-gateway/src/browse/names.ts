/** Names within one owner, as ids allow them: letters, digits, `-` and `_`, each once. */
export class Names {
  readonly #taken = new Set<string>();

  one(name: string): string {
    const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^[-_]+|-+$/g, "") || "x";
    // Ids of work orders begin like this.
    const base = plain.startsWith("order-") ? `x${plain}` : plain;
    let id = base;
    for (let number = 2; this.#taken.has(id); number++) id = `${base}-${number}`;
    this.#taken.add(id);
    return id;
  }
}
