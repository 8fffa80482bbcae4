// Imports one bundle in a process that has nothing else, and calls its handler: once, and then as often as asked for, one after the other.
// Prints milliseconds: CPU to import and up to the first answer, the same by the clock, and the CPU of a later call.
// Arguments: the bundle's file, its event as JSON, the number of later calls.
const [file, text, later = '0'] = process.argv.slice(2)
const event = JSON.parse(text)
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 30_000 }
const millisecondsSince = (start) => {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1_000
}

const start = process.cpuUsage()
const began = performance.now()
const { handler } = await import(file)
const imported = millisecondsSince(start)
const importedAt = performance.now() - began
const call = async () => {
  const answer = await handler(event, context)
  // The bare clients answer ways to use them; the table's comes first.
  if (event.call) await answer[0]?.(...event.call)
  return answer?.statusCode
}
const status = await call()
const called = millisecondsSince(start)
const calledAt = performance.now() - began
// The first of the later calls are spent on compiling.
const half = Math.floor(Number(later) / 2)
for (let i = 0; i < half; i++) await call()
const before = process.cpuUsage()
for (let i = half; i < Number(later); i++) await call()
const warm = millisecondsSince(before) / (Number(later) - half)
// Whatever the function logged stands before this line.
process.stdout.write(`\n${JSON.stringify({ imported, called, importedAt, calledAt, warm, status })}\n`, () => process.exit())
