import { Logger } from '@aws-lambda-powertools/logger'
import type { Services } from './services.ts'
import { readSettings } from './settings.ts'

/** What every function has without opening it. */
type Given = 'settings' | 'logger' | 'clock'

/** Everything else, which a function opens where it needs it. */
export type ClientName = Exclude<keyof Services, Given>

/** How a service is opened, from the settings and the logger. */
export type ClientFactory<K extends ClientName> = (opening: Pick<Services, 'settings' | 'logger'>) => Services[K]

type ClientFactories<K extends ClientName> = { readonly [S in K]: ClientFactory<S> }

/**
 * The one place that wires the real services, from the environment. A function has what it opens and nothing else, so that its bundle
 * contains no other client; the compiler refuses a function that needs more.
 */
export function wire<K extends ClientName>(
  clientFactories: ClientFactories<K>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Pick<Services, Given> & Pick<Services, K> {
  const given = { settings: readSettings(environment), logger: new Logger({ serviceName: 'atrium' }), clock: () => new Date() }
  const opened = Object.entries<ClientFactory<K>>(clientFactories).map(([name, open]) => [name, open(given)])
  return { ...given, ...(Object.fromEntries(opened) as Pick<Services, K>) }
}
