import { isBootstrapped } from './bootstrap.ts'
import { concurrencyIsEnough } from './concurrency.ts'
import { type Finding, note, type Place, type Precondition } from './finding.ts'
import { regionOffersAll } from './region.ts'
import { secretIsThere } from './secret.ts'
import { senderIsUsable } from './sender.ts'
import { stacksAreAtRest } from './stacks.ts'

/** What is looked at, by what it is about. Each needs to be allowed the calls that it makes; none changes anything. */
const preconditions: Readonly<Record<string, Precondition>> = {
  'the bootstrap of CDK': isBootstrapped,
  "the stage's stacks": stacksAreAtRest,
  'the sender in SES': senderIsUsable,
  "Lambda's concurrency": concurrencyIsEnough,
  "Stripe's secret": secretIsThere,
}

/** Everything that is to be known before a stage is deployed. In a region that lacks something, nothing else is asked. */
export async function findingsAt(place: Place): Promise<readonly Finding[]> {
  const ofRegion = await regionOffersAll(place)
  if (ofRegion.some(({ refuses }) => refuses)) return ofRegion
  const asked = Object.entries(preconditions).map(([about, look]) => look(place).catch((error) => [unseen(place, about, error)]))
  return [...ofRegion, ...(await Promise.all(asked)).flat()]
}

/** An operator may be allowed to deploy, by the roles of the bootstrap, and not to look. */
const unseen = ({ region }: Place, about: string, error: unknown): Finding =>
  note(
    `${region}: ${about} could not be checked (${error instanceof Error ? `${error.name}: ${error.message}` : error}): check it yourself, see docs/deployment.md`,
  )
