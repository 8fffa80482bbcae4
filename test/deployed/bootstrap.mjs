// Lambda's runtime, around one function in a process of its own: finds the handler by the name that the template gives, and calls it with
// each event that comes. Arguments: the function's folder, its handler, the port that plays the network. Nothing of Atrium is in here.
import { existsSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { mock } from 'node:test'
import { pathToFileURL } from 'node:url'

const [folder, handlerName, gate] = process.argv.slice(2)
const sent = (message) => new Promise((resolve) => process.send(message, resolve))

// The network: whichever host and port a connection is for, the gate takes it, and proves with its certificate to be that host.
const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (first, ...rest) {
  const [options, ...more] = Array.isArray(first) ? first : [first, ...rest]
  return options.path ? connect.call(this, first, ...rest) : connect.call(this, { ...options, host: '127.0.0.1', port: gate }, ...more)
}

/**
 * The function's clock, which is not the machine's: at each step it takes some milliseconds, and every timer of the process waits for it,
 * those of sockets too. How busy the machine is then decides nothing.
 */
function ownClock() {
  const { setInterval, clearInterval } = globalThis
  let steps
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date', 'AbortSignal.timeout', 'scheduler.wait'], now: Date.now() })
  const began = Date.now()
  performance.now = () => Date.now() - began
  net.Socket.prototype.setTimeout = function (milliseconds, onTimeout) {
    if (milliseconds > 0) setTimeout(() => this.destroyed || (onTimeout ? onTimeout.call(this) : this.emit('timeout')), milliseconds)
    return this
  }
  return {
    set: (now) => mock.timers.setTime(Math.max(now, Date.now())),
    run: ({ milliseconds, every }, until, timeIsUp) => {
      steps ??= setInterval(() => (Date.now() < until() ? mock.timers.tick(milliseconds) : timeIsUp()), every)
    },
    stop: () => {
      clearInterval(steps)
      steps = undefined
    },
  }
}

const clock = ownClock()

/** As Lambda resolves `file.export`: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html */
async function findHandler() {
  const [, module, name] = /^(.*)\.([^.]+)$/.exec(handlerName) ?? []
  const file = ['js', 'mjs', 'cjs'].map((ending) => join(folder, `${module}.${ending}`)).find(existsSync)
  if (!file) throw Object.assign(new Error(`Cannot find module '${module}'`), { name: 'Runtime.ImportModuleError' })
  const handler = (await import(pathToFileURL(file).href))[name]
  if (typeof handler === 'function') return handler
  throw Object.assign(new Error(`${handlerName} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' })
}

const failure = ({ name, message, stack }) => ({ failed: { name, message, stack } })

function contextOf({ requestId, deadline }) {
  const { AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_VERSION, AWS_LAMBDA_FUNCTION_MEMORY_SIZE } = process.env
  return {
    awsRequestId: requestId,
    functionName: AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  }
}

/** How long a function may take to start, by its clock: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const startsWithin = 10_000

try {
  let handler
  let deadline = Date.now() + startsWithin
  let timeIsUp = () => {}
  process.on('message', async ({ event, requestId, milliseconds, now, steps }) => {
    // The clock stands still until steps come, with the event or earlier or later.
    if (steps)
      clock.run(
        steps,
        () => deadline,
        () => timeIsUp(),
      )
    if (!event) return
    clock.set(now)
    const began = Date.now()
    deadline = began + milliseconds
    const { promise: tooLate, reject } = Promise.withResolvers()
    timeIsUp = () => reject(Object.assign(new Error(`Task timed out after ${milliseconds / 1_000} seconds`), { name: 'Sandbox.Timedout' }))
    const ended = await Promise.race([handler(event, contextOf({ requestId, deadline })), tooLate]).then(
      // What cannot be told in JSON is not told: that is how an answer leaves a function.
      (result) => ({ answered: JSON.stringify(result) ?? 'null' }),
      failure,
    )
    clock.stop()
    await sent({ ...ended, milliseconds: Date.now() - began })
  })
  const { promise: tooLate, reject } = Promise.withResolvers()
  timeIsUp = () => reject(Object.assign(new Error(`Init timed out after ${startsWithin / 1_000} seconds`), { name: 'Sandbox.Timedout' }))
  handler = await Promise.race([findHandler(), tooLate])
  clock.stop()
  await sent({ ready: true })
} catch (error) {
  await sent(failure(error))
  process.exit(1)
}
