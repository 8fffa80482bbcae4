// Lambda's runtime, around one function in a process of its own: finds the handler by the name that the template gives, and calls it with
// each event that comes. Arguments: the function's folder, its handler, the port that plays the network. Nothing of Atrium is in here.
import { existsSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder, handlerName, gate] = process.argv.slice(2)
const sent = (message) => new Promise((resolve) => process.send(message, resolve))

// The network: whichever host and port a connection is for, the gate takes it, and proves with its certificate to be that host.
const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (first, ...rest) {
  const [options, ...more] = Array.isArray(first) ? first : [first, ...rest]
  return options.path ? connect.call(this, first, ...rest) : connect.call(this, { ...options, host: '127.0.0.1', port: gate }, ...more)
}

// The clock: as many milliseconds ahead of the machine's as the last event said.
let ahead = 0
const machineNow = Date.now
Date.now = () => machineNow() + ahead
globalThis.Date = new Proxy(Date, { construct: (real, args, self) => Reflect.construct(real, args.length > 0 ? args : [Date.now()], self) })

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

try {
  const handler = await findHandler()
  process.on('message', async ({ event, requestId, milliseconds, clockAhead }) => {
    ahead = clockAhead
    try {
      const result = await handler(event, contextOf({ requestId, deadline: Date.now() + milliseconds }))
      // What cannot be told in JSON is not told: that is how an answer leaves a function.
      await sent({ answered: JSON.stringify(result) ?? 'null' })
    } catch (error) {
      await sent(failure(error))
    }
  })
  await sent({ ready: true })
} catch (error) {
  await sent(failure(error))
  process.exit(1)
}
