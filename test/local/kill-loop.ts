import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually, listProcesses } from '#infra/local/processes.ts'
import { numbersOf } from '#test/support/numbers.ts'
import { Random } from '#test/support/random.ts'
import { type Caller, callerWith, servicesOf, signedIn, subjectsTo } from './caller.ts'
import { type Fate, whatIsWrong } from './kill-loop-checks.ts'

/**
 * `npm run kills -- --times 50 --seed 1`: kills the service (SIGKILL) at a random moment while workspaces are made, used and deleted, starts it
 * again on the same data, and checks that everything that was acknowledged comes to its end: one right invoice, one charge, no leftover,
 * every e-mail out.
 */
const { times, seed } = numbersOf({ times: 50, seed: 1 })
const random = new Random(seed)
const dataDir = await mkdtemp(join(tmpdir(), 'atrium-kills-'))
const main = join(import.meta.dirname, '../../infra/local/main.ts')

async function start() {
  const env = { ...process.env, PORT: '0', DATA_DIR: dataDir, CLEANUP_INTERVAL_SECONDS: '1' }
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve, reject) => {
    child.once('close', () => reject(new Error('The service ended before it was ready')))
    child.stdout.on('data', (text) => {
      const [, ready] = /^ready (\S+)$/m.exec(String(text)) ?? []
      if (ready) resolve(ready)
    })
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  return { url, end }
}

/** The service that was started last. */
let running: Awaited<ReturnType<typeof start>> | undefined

const ids = () => Math.floor(random.next() * 1e9).toString(36)

/** One workspace's way from the first request to its deletion; notes what was acknowledged. Ends where the service does. */
async function liveAndDie(url: string, ann: Caller, fate: Fate): Promise<void> {
  const { status, body } = await ann.request<{ id: string }>('POST', '/workspaces', { name: 'Short Lived' })
  if (status !== 201) return
  const here = `/workspaces/${body.id}`
  fate.workspaceId = body.id
  const invited = await ann.request('POST', `${here}/invitations`, { emails: [fate.invitee] })
  fate.isInvited = invited.status === 200
  await ann.request('PUT', `${here}/payment-method`, { paymentMethodId: 'pm_card_visa' })
  const key = await ann.request<{ secret: string }>('POST', `${here}/api-keys`, { name: 'Reporter' })
  const machine = callerWith(url, key.body.secret)
  for (let i = 0; i < 3; i++) {
    fate.sent++
    const events = [{ id: `e${i}`, meter: 'storage', quantity: 100 }]
    if ((await machine.request('POST', '/usage-events', { events })).status === 200) fate.counted++
  }
  if (fate.stays) return
  fate.asked = true
  const deleted = await ann.request<{ id: string }>('DELETE', `${here}?confirm=Short%20Lived`)
  if (deleted.status === 202) fate.deletionId = deleted.body.id
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function killAgainAndAgain(): Promise<number> {
  let open: Fate[] = []
  let seen = 0
  for (let time = 0; time <= times; time++) {
    running = await start()
    const { url, end } = running
    const ann = await signedIn(url, 'ann@example.com')
    await ann.request('POST', '/accounts', {})
    const services = await servicesOf(url)
    for (const fate of open) {
      const wrong = await whatIsWrong(services, ann, fate, (address) => subjectsTo(url, address))
      if (wrong) throw new Error(`After kill ${time} (seed ${seed}): ${wrong} (${JSON.stringify(fate)})`)
      seen++
    }
    if (time === times) {
      await end('SIGTERM')
      break
    }
    open = Array.from({ length: 4 }, (_, i) => ({ invitee: `${ids()}@example.com`, stays: i === 3, sent: 0, counted: 0 }))
    const lives = open.map((fate) =>
      wait(random.below(400))
        .then(() => liveAndDie(url, ann, fate))
        .catch(() => {}),
    )
    const moment = 100 + random.below(6_000)
    await wait(moment)
    await end('SIGKILL')
    await Promise.all(lives)
    const acknowledged = open.filter(({ deletionId }) => deletionId).length
    console.log(`kill ${time + 1} after ${moment} ms: ${acknowledged} deletions acknowledged, ${open.length} workspaces to look after`)
  }
  return seen
}

const onData = () => listProcesses().filter(({ command }) => command.some((part) => part.includes(dataDir)))

/** Ends what still runs on the data: the database outlives a service that was killed. */
async function endAll(): Promise<void> {
  for (const { pid } of onData()) process.kill(pid, 'SIGTERM')
  await eventually(() => onData().length === 0, 60_000)
}

const removeData = () => rm(dataDir, { recursive: true, force: true, maxRetries: 5 })

// Ctrl-C reaches the service too, which ends by itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    await running?.end('SIGTERM')
    await endAll()
    await removeData()
    process.exit(1)
  })

try {
  const seen = await killAgainAndAgain()
  await removeData()
  console.log(`${times} kills, ${seen} workspaces: nothing lost, nothing wrong`)
} catch (error) {
  await running?.end('SIGTERM')
  await endAll()
  console.error(`What the service stored is in ${dataDir}`)
  throw error
}
