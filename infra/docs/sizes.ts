import { sizesOf } from '../aws/bundle/sizes.ts'
import { lists } from '../aws/lists.ts'

const kib = (bytes: number): string => (bytes / 1024).toFixed(0).padStart(6)

/**
 * `npm run sizes`: prints each function's bundle in KiB next to the bare clients that it needs, bundled the same way, with the whole AWS
 * SDK and without the parts that no Lambda function can use.
 */
console.log('   KiB   bare  ratio   lean')
for (const { name, bytes, bareBytes, leanBytes } of (await sizesOf(lists)).sort((one, other) => other.bytes - one.bytes))
  console.log(`${kib(bytes)} ${kib(bareBytes)} ${(bytes / bareBytes).toFixed(2).padStart(6)} ${kib(leanBytes)}  ${name}`)
