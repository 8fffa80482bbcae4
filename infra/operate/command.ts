import { type ParseArgsConfig, parseArgs } from 'node:util'

/** Why a command cannot continue, in one line that its user can act upon. */
export class Trouble extends Error {
  override readonly name = 'Trouble'
}

/** An option of a command: followed by a text, or a switch. */
export type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>

/** How a command was called: its options by name, and its other words. */
export interface Given<O extends Options> {
  readonly options: { readonly [N in keyof O]?: O[N]['type'] extends 'boolean' ? boolean : string }
  readonly words: readonly string[]
}

/**
 * Runs a shell command. `--help` prints its usage. Exits with 0 if it did its work, 1 if it could not, and 2 if it was called incorrectly;
 * an error is one line on stderr.
 */
export async function command<const O extends Options>(help: string, options: O, run: (given: Given<O>) => Promise<void>): Promise<void> {
  const given = parsed(options)
  if (typeof given === 'string') {
    console.error(`${given} (see --help)`)
    process.exitCode = 2
  } else if (given.help) console.log(help.trim())
  else
    await run(given as Given<O>).catch((error) => {
      console.error(oneLine(error))
      process.exitCode = 1
    })
}

/** Parses the command line into options and words, or returns one line that says what is wrong with it. */
function parsed(options: Options): string | { options: object; words: string[]; help: boolean } {
  try {
    const config = { options: { ...options, help: { type: 'boolean' } }, allowPositionals: true } satisfies ParseArgsConfig
    const { values, positionals } = parseArgs({ ...config, args: process.argv.slice(2) })
    const { help, ...rest } = values
    return { options: rest, words: positionals, help: help === true }
  } catch (error) {
    return oneLine(error)
  }
}

/** What the AWS SDK throws before it has sent anything. */
const missing: readonly (readonly [RegExp, string])[] = [
  [/Region is missing/, 'There is no AWS region: set AWS_REGION, or AWS_PROFILE with a profile that has one'],
  [
    /credentials/i,
    'There are no AWS credentials: sign in (aws sso login, aws configure) and set AWS_PROFILE, or AWS_ACCESS_KEY_ID and its secret',
  ],
]

/** An error in one line, with its name if AWS refused. */
function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof Trouble) return error.message
  const { httpStatusCode } = (error as { $metadata?: { httpStatusCode?: number } }).$metadata ?? {}
  const [, known] = (httpStatusCode ? undefined : missing.find(([pattern]) => pattern.test(error.message))) ?? []
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return known ?? `${httpStatusCode ? `AWS refuses: ${error.name}: ` : ''}${error.message}${cause}`.replaceAll(/\s*\n\s*/g, ' ')
}

/** The single word that a command takes. */
export function onlyWord(words: readonly string[], what: string): string {
  const [word, ...rest] = words
  if (word === undefined || rest.length > 0) throw new Trouble(`Name one ${what} (see --help)`)
  return word
}
