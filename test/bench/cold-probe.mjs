// Imports one bundle in a process that has nothing else, and calls its handler once: prints the CPU of both in milliseconds.
// Arguments: the bundle's file, then its event as JSON.
const [file, text] = process.argv.slice(2)
const event = JSON.parse(text)
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 30_000 }
const millisecondsSince = (start) => {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1_000
}

const start = process.cpuUsage()
const { handler } = await import(file)
const imported = millisecondsSince(start)
const answer = await handler(event, context)
// The bare clients answer ways to use them; the table's comes first.
if (event.call) await answer[0]?.(...event.call)
const called = millisecondsSince(start)
// Whatever the function logged stands before this line.
process.stdout.write(`\n${JSON.stringify({ imported, called, status: answer?.statusCode })}\n`, () => process.exit())
