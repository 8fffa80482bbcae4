import { isBootstrapped } from './bootstrap.ts'
import { concurrencyIsEnough } from './concurrency.ts'
import { type Finding, note, type Place, type Precondition } from './finding.ts'
import { regionOffersAll } from './region.ts'
import { secretIsThere } from './secret.ts'
import { senderIsUsable } from './sender.ts'
import { stacksAreAtRest } from './stacks.ts'

/** Every check, by subject. Each needs permission for the calls that it makes; none changes anything. */
const preconditions: Readonly<Record<string, Precondition>> = {
  'the bootstrap of CDK': isBootstrapped,
  "the stage's stacks": stacksAreAtRest,
  'the sender in SES': senderIsUsable,
  "Lambda's concurrency": concurrencyIsEnough,
  "Stripe's secret": secretIsThere,
}

/** Everything to know before a stage is deployed. If the region lacks something, no other check runs. */
export async function findingsAt(place: Place): Promise<readonly Finding[]> {
  const ofRegion = await regionOffersAll(place)
  if (ofRegion.some(({ refuses }) => refuses)) return ofRegion
  const asked = Object.entries(preconditions).map(([about, look]) => look(place).catch((error) => [unseen(place, about, error)]))
  return [...ofRegion, ...(await Promise.all(asked)).flat()]
}

/** An operator may be allowed to deploy, through the bootstrap roles, but not to look. */
const unseen = ({ region }: Place, about: string, error: unknown): Finding =>
  note(
    `${region}: ${about} could not be checked (${error instanceof Error ? `${error.name}: ${error.message}` : error}): check it yourself, see docs/deployment.md`,
  )
