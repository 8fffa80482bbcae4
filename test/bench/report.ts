/** The middle one of some numbers (the upper one of two). */
export function median(numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

/** Lowest, median and highest of some numbers, as text. */
export const spread = (numbers: readonly number[], digits = 0): string[] =>
  [Math.min(...numbers), median(numbers), Math.max(...numbers)].map((number) => number.toFixed(digits))

/** Milliseconds that something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Prints rows under their heads: numbers to the right, texts to the left. */
export function printTable(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const all = [heads, ...rows.map((row) => row.map(String))]
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const isText = heads.map((_, column) => rows.some((row) => /[a-z]/i.test(String(row[column] ?? ''))))
  const cell = (text: string, column: number) => (isText[column] ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0))
  for (const row of all)
    console.log(
      row
        .map((text, column) => cell(String(text), column))
        .join('  ')
        .trimEnd(),
    )
}
