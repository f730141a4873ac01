/** Packs rows[from..to) into columns; small deltas to the first row keep them short on the wire. */
export function pack(rows, from, to, firstSequence) {
    const first = rows[from];
    if (first === undefined)
        throw new RangeError("pack: no rows");
    const columns = {
        firstSequence, baseSourceUs: first.sourceUs, baseServerUs: first.serverUs,
        signal: [], sourceDtUs: [], serverDtUs: [], value: [], statusRow: [], statusCode: [], textRow: [], text: [],
    };
    for (let index = from; index < to; index++) {
        const row = rows[index];
        const at = index - from;
        columns.signal.push(row.signal);
        columns.sourceDtUs.push(row.sourceUs - first.sourceUs);
        columns.serverDtUs.push(row.serverUs - first.serverUs);
        columns.value.push(row.value);
        if (row.status !== 0) {
            columns.statusRow.push(at);
            columns.statusCode.push(row.status);
        }
        if (row.text !== undefined) {
            columns.textRow.push(at);
            columns.text.push(row.text);
        }
    }
    return columns;
}
export function unpack(columns) {
    const statuses = new Map(columns.statusRow.map((row, index) => [row, columns.statusCode[index] ?? 0]));
    const texts = new Map(columns.textRow.map((row, index) => [row, columns.text[index] ?? ""]));
    return columns.signal.map((signal, index) => {
        const row = {
            signal,
            sourceUs: columns.baseSourceUs + (columns.sourceDtUs[index] ?? 0),
            serverUs: columns.baseServerUs + (columns.serverDtUs[index] ?? 0),
            status: statuses.get(index) ?? 0,
            value: columns.value[index] ?? NaN,
        };
        const text = texts.get(index);
        return text === undefined ? row : { ...row, text };
    });
}
