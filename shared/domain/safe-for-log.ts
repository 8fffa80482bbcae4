/** What a log may say of an error: names and places, but no message, because a library's may quote an item, an address or a token. */
export function safeForLog(error: unknown): object {
  const { name, stack, cause } = (error ?? {}) as Partial<Error>
  const frames = stack?.split('\n').filter((line) => line.startsWith('    at '))
  return { name, stack: frames, ...(cause instanceof Error && { cause: safeForLog(cause) }) }
}
