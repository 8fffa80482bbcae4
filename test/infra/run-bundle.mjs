// Calls functions from their bundles, in a process of its own as Lambda does, and prints what they answered.
// Arguments: the bundles' folder, then JSON: [[name, event], …]
import { pathToFileURL } from 'node:url'

const [folder, calls] = process.argv.slice(2)
const context = { awsRequestId: 'test', getRemainingTimeInMillis: () => 10_000 }
const answers = []
for (const [name, event] of JSON.parse(calls)) {
  const { handler } = await import(pathToFileURL(`${folder}/${name}/index.mjs`).href)
  answers.push(await handler(event, context))
}
process.stdout.write(JSON.stringify(answers))
