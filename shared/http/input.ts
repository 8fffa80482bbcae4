import { type Exchange, present } from './exchange.ts'

/** What `handle`, `load` and `replay` are called with. */
export function handleInput({ event, services, now, content, granted, repetition }: Exchange) {
  const { body, query } = present(content)
  const remember = (answer: { workspaceId?: string }) => repetition?.remember(answer)
  return { ...services, ...granted, body, query, now, path: event.pathParameters ?? {}, remember }
}

/** Starts what the operation reads beside its admission, if the request's content is in order. `caller` is who sent it, if anybody. */
export function startLoading(exchange: Exchange, caller?: object): void {
  const { operation, content } = exchange
  if (!operation.load || present(content).problem) return
  exchange.loading = operation.load({ ...handleInput(exchange), ...(caller && { caller }) })
  exchange.loading.catch(() => {})
}
