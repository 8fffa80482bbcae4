import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startService } from '#infra/local/service.ts'
import { temporaryDataDir } from './temp.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code]) => code ?? '')

/** In place of the README's pauses, which are long enough on an idle machine: until there is what they wait for. */
const until = [
  'until curl -s "$EMAILS?to=bob@example.com" | grep -q token=; do sleep 0.1; done',
  'until api $ANN GET /deletions/$DELETION | grep -q \'"completed"\'; do sleep 0.1; done',
]

test('the story of the README prints what it says when it is pasted', async () => {
  const service = await startService({ dataDir: await temporaryDataDir(), port: 0, env: {} })

  const [paused, ...rest] = blocks('sh')
    .join('\n')
    .replace('http://127.0.0.1:3000', service.url)
    .split(/^sleep \d+$/m)
  const script = [paused, ...rest.map((text, i) => `${until[i]}${text}`)].join('')
  expect(rest).toHaveLength(until.length)
  const { stdout } = await promisify(execFile)('bash', ['-c', script]).finally(service.stop)

  expect(stdout).toBe(blocks('text').join(''))
})
