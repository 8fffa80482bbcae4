import { parseArgs } from 'node:util'

/**
 * The integers on the command line, e.g. `--items 20000`, each with its default. `--help` lists them; any other argument ends the process
 * with one line.
 */
export function numbersOf<T extends Record<string, number>>(defaults: T): T {
  const usage = `Options, with their defaults: ${Object.entries(defaults)
    .map(([name, number]) => `--${name} ${number}`)
    .join(' ')}`
  try {
    const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' as const }]))
    const { help, ...values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } }).values
    if (help) {
      console.log(usage)
      process.exit(0)
    }
    const wrong = Object.entries(values).find(([, text]) => !/^[1-9]\d{0,8}$/.test(String(text)))
    if (wrong) throw new Error(`--${wrong[0]} takes a whole number, 1 or more`)
    return { ...defaults, ...Object.fromEntries(Object.entries(values).map(([name, text]) => [name, Number(text)])) }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message.split('. ')[0] : error}. ${usage}`)
    process.exit(2)
  }
}
