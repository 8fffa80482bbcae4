import { Logger } from '@aws-lambda-powertools/logger'
import type { Services } from './services.ts'
import { readSettings, type Settings } from './settings.ts'

/** What a function opens beside settings, clock and log: only what it needs, so that its bundle contains no other client. */
export type Openers = {
  readonly [K in 'table' | 'queue' | 'mail' | 'payments' | 'tokens' | 'metrics']?: (settings: Settings, logger: Logger) => Services[K]
}

/** The one place that wires the real services, from the environment. What is not opened throws where it is used. */
export function wire(openers: Openers, environment: Readonly<Record<string, string | undefined>> = process.env): Services {
  const settings = readSettings(environment)
  const logger = new Logger({ serviceName: 'atrium' })
  const opened = Object.fromEntries(Object.entries(openers).map(([name, open]) => [name, open(settings, logger)]))
  return { settings, logger, clock: () => new Date(), ...opened } as Services
}
