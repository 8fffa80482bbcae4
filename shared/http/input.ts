import { type Exchange, present } from './exchange.ts'

/** What `handle`, `load`, `check` and `replay` are called with. */
export function handleInput({ event, services, now, content, caller, granted, idempotency }: Exchange) {
  const { body, query } = present(content)
  const recordAnswer = (answer: { workspaceId?: string }) => idempotency?.recordAnswer(answer)
  return { ...services, ...(caller && { caller }), ...granted, body, query, now, path: event.pathParameters ?? {}, recordAnswer }
}

/**
 * Starts the operation's `load` beside the authorization, if the content is valid as far as it has been checked, or if what is read decides
 * on it (`checkLoaded`).
 */
export function startLoading(exchange: Exchange): void {
  const { operation, content } = exchange
  if (!operation.load || (present(content).errors.length > 0 && !operation.checkLoaded)) return
  exchange.loading = operation.load(handleInput(exchange))
  exchange.loading.catch(() => {})
}
