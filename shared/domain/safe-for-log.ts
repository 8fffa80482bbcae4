/** An error as a log may have it: names and places, no message, because those of libraries may quote an item, an address or a token. */
export function safeForLog(error: unknown): object {
  const { name, stack, cause } = (error ?? {}) as Partial<Error>
  const frames = stack?.split('\n').filter((line) => line.startsWith('    at '))
  return { name, stack: frames, ...(cause instanceof Error && { cause: safeForLog(cause) }) }
}
